import { describe, expect, it } from "vitest";
import { isMovingTag, parseImage, releaseOfTag } from "./image";

const DIGEST = `sha256:${"0f".repeat(32)}`;

describe("the name of an image", () => {
  it.each([
    ["hyperledger/besu:26.9.0", { repository: "hyperledger/besu", tag: "26.9.0", digest: undefined }],
    ["besu", { repository: "besu", tag: undefined, digest: undefined }],
    [
      `registry.example.com:5000/mirror/besu:26.9.0@${DIGEST}`,
      { repository: "registry.example.com:5000/mirror/besu", tag: "26.9.0", digest: DIGEST },
    ],
    [`hyperledger/besu@${DIGEST}`, { repository: "hyperledger/besu", tag: undefined, digest: DIGEST }],
  ])("%s has its parts", (text, parts) => {
    expect(parseImage(text)).toEqual(parts);
  });

  it.each(["", "hyper ledger/besu:1", "besu:", "besu@sha256:12"])("is not %j", (text) => {
    expect(parseImage(text)).toBeUndefined();
  });
});

describe("the release in a tag", () => {
  it.each([
    ["besu:26.9.0", "26.9.0"],
    ["besu:26.9.0-arm64", "26.9.0"],
    ["besu:26.6.0-RC1", undefined],
    ["besu:26.9-develop-260f602", undefined],
    ["besu:latest", undefined],
    [`besu@${DIGEST}`, undefined],
  ])("of %s is %s", (text, release) => {
    const image = parseImage(text);
    expect(image && releaseOfTag(image)).toBe(release);
  });
});

describe("a tag that moves", () => {
  it.each([
    ["besu:latest", true],
    ["besu:develop", true],
    ["besu:26.9-develop-260f602", false],
    ["besu:25.10-openjdk-latest", true],
    [`besu:latest@${DIGEST}`, false],
    ["besu:26.9.0", false],
    ["besu:approved-7", false],
  ])("%s: %s", (text, moves) => {
    const image = parseImage(text);
    expect(image && isMovingTag(image)).toBe(moves);
  });
});
