// Colours of tracks: those that damvideo burns into clips (Okabe and Ito, "Color universal design", 2008).

const BASE = [[230, 159, 0], [86, 180, 233], [0, 158, 115], [240, 228, 66], [0, 114, 178], [213, 94, 0], [204, 121, 167]];

const mixed = (colour, other, share) => colour.map((value) => Math.round(value + (other - value) * share));

function parts(id) {
  const number = Number.isInteger(Number(id)) ? Number(id) : [...String(id)].reduce((sum, letter) => sum * 31 + letter.codePointAt(0), 7);
  const position = Math.abs(number >= 1 ? number - 1 : number) % (BASE.length * 3);
  const colour = BASE[position % BASE.length];
  return [colour, mixed(colour, 255, 0.45), mixed(colour, 0, 0.35)][Math.floor(position / BASE.length)];
}

/** The colour of a track, as CSS; the same for the same id on every visit. */
export function colourOf(id, alpha = 1) {
  const [red, green, blue] = parts(id);
  return alpha === 1 ? `rgb(${red}, ${green}, ${blue})` : `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

/** Black or white, whichever is more legible on a track's colour. */
export function inkOn(id) {
  const [red, green, blue] = parts(id).map((value) => {
    const part = value / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.19 ? "#10100c" : "#fff";
}
