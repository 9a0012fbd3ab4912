// The main part of a district's outline, small islands left aside.

/** The ring with the largest area, with that area (signed) and its moments. */
function mainRing(geometry) {
  const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  let best = { ring: [], area: 0, lon: 0, lat: 0 };
  for (const [ring] of parts) {
    const sum = { ring, area: 0, lon: 0, lat: 0 };
    for (let i = 0; i + 1 < ring.length; i += 1) {
      const cross = ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
      sum.area += cross;
      sum.lon += (ring[i][0] + ring[i + 1][0]) * cross;
      sum.lat += (ring[i][1] + ring[i + 1][1]) * cross;
    }
    if (Math.abs(sum.area) > Math.abs(best.area)) best = sum;
  }
  return best;
}

/**
 * Where the name of a district is written: the middle of mass of its main part, `[lat, lon]`.
 * @returns {[number, number]}
 */
export function middleOf(geometry) {
  const { area, lon, lat } = mainRing(geometry);
  return [lat / (3 * area), lon / (3 * area)];
}

/**
 * The corners of what a map shows of a district, `[[south, west], [north, east]]`.
 * @returns {[[number, number], [number, number]]}
 */
export function cornersOf(geometry) {
  const { ring } = mainRing(geometry);
  const [lons, lats] = [ring.map(([lon]) => lon), ring.map(([, lat]) => lat)];
  return [[Math.min(...lats), Math.min(...lons)], [Math.max(...lats), Math.max(...lons)]];
}
