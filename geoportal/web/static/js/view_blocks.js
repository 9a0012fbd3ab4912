// The part of a map's view that is asked for: whole blocks, so that few different ones are.

export const yToLatitude = (/** @type {number} */ y) => (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360) / Math.PI - 90;
export const latitudeToY = (/** @type {number} */ lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);

/**
 * The box of the blocks that bounds touch, `west,south,east,north` in degrees.
 * @param {L.LatLngBounds} bounds @param {number} side of a block, of a world that is 1 wide
 */
export function blocksOf(bounds, side) {
  const inside = side * 1e-6; // else the next block would be touched
  const first = (value) => Math.max(Math.floor(value / side) * side, 0) + inside;
  const last = (value) => Math.min(Math.ceil(value / side) * side, 1) - inside;
  const [west, east] = [first(bounds.getWest() / 360 + 0.5), last(bounds.getEast() / 360 + 0.5)];
  const [north, south] = [first(latitudeToY(bounds.getNorth())), last(latitudeToY(bounds.getSouth()))];
  return [(west - 0.5) * 360, yToLatitude(south), (east - 0.5) * 360, yToLatitude(north)].map((degrees) => degrees.toFixed(7)).join();
}
