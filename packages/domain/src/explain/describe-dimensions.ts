/** `channel voice.outbound, country DE` */
export function describeDimensions(dimensions: Readonly<Record<string, string>>): string {
  return Object.entries(dimensions)
    .map(([name, value]) => `${name} ${value === "" ? "none" : value}`)
    .join(", ");
}
