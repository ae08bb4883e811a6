/// Words whose full stop is part of the token in the Stanford tokeniser of 2014, determined by testing all words of up to four
/// letters and lists of longer ones.
enum PennAbbreviations {
    /// Abbreviations in any case; single letters count as well.
    static let any = words(
        """
        al cf co ct dr ft ga jr ky lt md mo mr ms mt ph rd rt sq sr st va vs vt wm adj adm adv ala apr aug ave bhd cie col
        cos cpl dak dec det drs ens esq est etc ext feb fla fri gen gov hon inc ind jan jos jul jun kan ltd maj mar mfg mme
        mon mrs mtg neb nev nov oct pfc plc pte pty pvt rep rev sen sep seq sfc sgt spc ste sys tel thu tue wed wis wyo alex
        ariz assn asst atty bldg blvd brig bros capt cmdr colo conn corp dept elec govs insp intl invt kans mich minn mlle
        mont msgr natl okla penn ppte ppty pres prof ptes ptys reps sens sept supt tenn tues univ wisc assoc calif comdr
        lieut messrs thurs
        """)

    /// Abbreviations only if capitalised.
    static let capitalised = words(
        """
        az la pa ark del ill ore tex mass miss wash
        """)

    /// Abbreviations only before a number.
    static let beforeNumber = words(
        """
        art ca fig figs no nos pp prop
        """)

    /// Sentence openers: a single letter before one of them ends the previous sentence.
    static let openings = words(
        """
        A About According Additionally After An As At But He Her Here However If In It Last Many More Mr Ms Now Once One Other Our
        She Since So Some Such That The Their Then There These They This We What When While Yet You
        """)

    private static func words(_ text: String) -> Set<String> { Set(text.split(whereSeparator: \.isWhitespace).map(String.init)) }
}
