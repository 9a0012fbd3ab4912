// Where the name of a district is written.
/** Middle of mass of the largest part of an outline: where its name is written, islands or not. */
export function middleOf(geometry) {
  const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  let best = { area: -1, lon: 0, lat: 0 };
  for (const [ring] of parts) {
    let area = 0;
    let lon = 0;
    let lat = 0;
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const cross = ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
      area += cross;
      lon += (ring[i][0] + ring[i + 1][0]) * cross;
      lat += (ring[i][1] + ring[i + 1][1]) * cross;
    }
    if (Math.abs(area) > best.area) best = { area: Math.abs(area), lon: lon / (3 * area), lat: lat / (3 * area) };
  }
  return [best.lat, best.lon];
}
