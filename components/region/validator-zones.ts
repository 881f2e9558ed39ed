/*
 * In which zone of its region a validator is. The disk of a validator stays in the zone in which it was created, so the zone follows from
 * the validator's number alone: it stays the same whichever validators join or leave.
 */

/**
 * The zone of a validator: the validators of a region are in its zones by turns.
 *
 * @param validator the validator's number in its region, from 0.
 * @param zones the region's zones, in an order that stays the same.
 * @returns undefined if the region has no zones.
 */
export function zoneOfValidator<Zone>(validator: number, zones: readonly Zone[]): Zone | undefined {
  return zones[validator % zones.length];
}

/**
 * How many validators of a region are in each of its zones.
 *
 * @param validators the number of the region's validators.
 * @returns a number for each zone, in the order of the zones.
 */
export function validatorsInZones(validators: number, zones: readonly unknown[]): number[] {
  return zones.map((_, zone) => Math.max(0, Math.ceil((validators - zone) / zones.length)));
}
