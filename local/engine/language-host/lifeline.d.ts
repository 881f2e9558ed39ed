export function exitWithPipe(descriptor: number, beforeExit?: () => void): void;
