import type { Hex } from "viem";
import type { Artifact } from "../../../components/contracts/build/artifact";

/** The part of an artifact that a creation needs, for code that no compiler made. */
export function bareArtifact(
  runtimeCode: Hex,
): Pick<Artifact, "abi" | "creationCode" | "runtimeCode" | "metadata"> {
  return {
    abi: [],
    creationCode: "0x",
    runtimeCode,
    metadata: {
      compiler: { version: "" },
      language: "Solidity",
      sources: {},
      settings: { compilationTarget: {} },
    },
  };
}
