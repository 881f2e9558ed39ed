export function diesWith(descriptor: number, lastWish?: () => void): void;
