import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closureOf, type ImportPaths, sourcesOf } from "./imports";

const files: Readonly<Record<string, string>> = {
  "src/A.sol": 'pragma solidity ^0.8.20;\nimport {B} from "./deep/B.sol";\nimport "@oz/token/T.sol";',
  "src/deep/B.sol": "pragma solidity >=0.8.0 <0.9.0;\nimport * as C from '../C.sol';",
  "src/C.sol":
    '/* import "src/Never.sol"; */ // import "./Never.sol";\nstring constant U = "http://x"; import "lib/L.sol";',
  "src/Never.sol": "",
  "node_modules/@oz/token/T.sol":
    'import {\n  I,\n  J as K\n} from "./I.sol"; import "Dep.sol"; import "./A.sol";',
  "node_modules/@oz/token/I.sol": "pragma solidity 0.8.19;",
  "node_modules/@oz/token/A.sol": 'import "@oz/other/O.sol";',
  "node_modules/oz-old/O.sol": "",
  "vendor/lib/L.sol": 'import "./missing.sol";',
  "vendor/Dep.sol": "",
};
const paths: ImportPaths = {
  remappings: [
    "@oz/=node_modules/@oz/",
    "@oz/other/=node_modules/wrong/",
    "node_modules/@oz/:@oz/other/=node_modules/oz-old/",
  ],
  folders: ["vendor"],
};
const read = (path: string) => files[path];

describe("the sources of a compilation", () => {
  it("are the files and all that they import: relative, remapped, and from the library folders", () => {
    const sources = sourcesOf(["src/A.sol"], paths, read);
    expect([...sources.keys()].sort()).toEqual(
      Object.keys(files)
        .filter((path) => path !== "src/Never.sol")
        .sort(),
    );
    expect(sources.get("src/A.sol")?.pragmas).toEqual(["^0.8.20"]);
    expect(sources.get("src/C.sol")?.pragmas).toEqual([]);
  });

  it("have a closure for each file, also if files import each other", () => {
    const circle = { "a.sol": 'import "./b.sol";', "b.sol": 'import "./a.sol";', "c.sol": "" };
    const sources = sourcesOf(Object.keys(circle), paths, (path) => circle[path as keyof typeof circle]);
    expect(closureOf("a.sol", sources).map(({ path }) => path)).toEqual(["a.sol", "b.sol"]);
    expect(closureOf("c.sol", sources).map(({ path }) => path)).toEqual(["c.sol"]);
  });

  it("are found whatever the texts are", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("a.sol", "b.sol", "c/d.sol"), fc.string()), (texts) => {
        const sources = sourcesOf(["a.sol"], paths, (path) => texts[path]);
        expect(sources.has("a.sol")).toBe(texts["a.sol"] !== undefined);
      }),
    );
  });
});
