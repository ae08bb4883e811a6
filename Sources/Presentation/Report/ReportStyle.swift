/// Style sheet of reports, for wide and narrow screens, light and dark mode, and print.
package enum ReportStyle {
    package static let sheet = """
        :root { color-scheme: light dark; --ground: #f7f7f4; --card: #fff; --ink: #1a1b1e; --faint: #5b5f66; --line: #dedfda; \
        --tick: #1a1b1e; }
        @media (prefers-color-scheme: dark) {
          :root { --ground: #141518; --card: #1d1f23; --ink: #e8e8e6; --faint: #a2a6ad; --line: #34373d; --tick: #fff; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 84rem; padding: 1.5rem clamp(1rem, 3vw, 2.5rem) 3rem; background: var(--ground); \
        color: var(--ink);
          font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
        h1 { font-size: 1.7rem; line-height: 1.2; margin: 0; }
        h2 { font-size: 1.05rem; margin: 0 0 .4rem; }
        header > p { margin: .2rem 0 1.2rem; color: var(--faint); }
        div.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem 2.5rem; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0; font-size: .9rem; }
        dt { color: var(--faint); } dd { margin: 0; }
        .problems { margin-top: 1.2rem; padding: .7rem 1rem; border-left: .3rem solid #d55e00; background: var(--card); font-size: .9rem; }
        .problems ul { margin: 0; padding-left: 1.1rem; } code { color: var(--faint); }
        table { width: 100%; margin-top: 1.8rem; border-collapse: collapse; font-size: .9rem; }
        thead th { text-align: left; font-weight: normal; color: var(--faint); padding: .2rem .8rem .2rem 0; }
        tbody th, td { text-align: left; padding: .25rem .8rem .25rem 0; border-top: 1px solid var(--line); white-space: nowrap; }
        td.label { white-space: normal; }
        p.note { color: var(--faint); font-size: .85rem; max-width: 60rem; margin: 1rem 0 0; }
        td.line { width: 60%; padding-right: 0; }
        svg { display: block; width: 100%; height: 1.25rem; } .tick { fill: var(--tick); }
        .chip { display: inline-block; min-width: 2rem; padding: 0 .5rem; border-radius: .3rem; font-weight: bold; text-align: center;
          text-decoration: none; }
        article { margin-top: 1.5rem; padding: 1.2rem clamp(.8rem, 2vw, 1.5rem); background: var(--card); border: 1px solid var(--line);
          border-radius: .6rem; }
        article h2 { display: flex; gap: .7rem; align-items: center; font-size: 1.25rem; margin: 0; }
        small { color: var(--faint); font-weight: normal; }
        p.facts { margin: .3rem 0 0; font-size: .85rem; color: var(--faint); }
        blockquote { margin: .8rem 0 1.2rem; font-size: 1.12rem; max-width: 46rem; } blockquote p { margin: 0; }
        .whole { fill-opacity: .25; } .even { fill-opacity: .4; } g.part:hover { fill-opacity: .8; }
        .parts { margin: 0 0 1.2rem; } .parts ol { list-style: none; margin: .6rem 0 0; padding: 0; max-width: 60rem; }
        .parts li { display: grid; grid-template-columns: 10.5rem 1fr; gap: .2rem 1rem; padding: .3rem 0; \
        border-top: 1px solid var(--line); }
        .parts a { color: var(--faint); font-variant-numeric: tabular-nums; }
        section.part { margin-top: 1.6rem; padding-top: 1rem; border-top: 1px solid var(--line); }
        h3 { font-size: 1.05rem; margin: 0; } p.words { margin: .5rem 0 1rem; max-width: 46rem; }
        .samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 16rem), 1fr)); gap: 1.2rem 1rem; }
        figure { margin: 0; font-size: .85rem; break-inside: avoid; }
        figure:target { outline: .2rem solid var(--faint); outline-offset: .3rem; }
        figure img { display: block; width: 100%; height: auto; border-radius: .25rem; }
        img.frame { aspect-ratio: auto; max-height: 20rem; object-fit: contain; background: #0002; }
        .views { display: grid; grid-template-columns: 1fr 1fr; gap: .25rem; margin-top: .25rem; }
        figcaption { margin-top: .3rem; color: var(--faint); } figcaption b { color: var(--ink); } figcaption span { white-space: nowrap; }
        footer { margin-top: 2rem; color: var(--faint); font-size: .85rem; max-width: 60rem; }
        @media (max-width: 40rem) { td.line, thead th:last-child { display: none; } .parts li { grid-template-columns: 1fr; } }
        @media print { :root { --ground: #fff; --card: #fff; --ink: #000; --faint: #444; --line: #bbb; --tick: #000; }
          body { max-width: none; padding: 0; font-size: 10pt; } \
        article { border: 0; border-top: 1px solid #bbb; border-radius: 0; padding: 1rem 0; }
          article h2, article p.facts, blockquote { break-after: avoid; break-inside: avoid; } \
        .samples { grid-template-columns: repeat(4, 1fr); }
          .chip, rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
        """
}
