/** Besu's default ports, https://besu.hyperledger.org/public-networks/how-to/connect/configure-ports */
export const RPC_PORT = 8545;
export const METRICS_PORT = 9545;
/** TCP only: discovery, the one user of UDP, is off (static nodes make the mesh). */
export const P2P_PORT = 30303;
