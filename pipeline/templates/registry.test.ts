import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { PROJECT_ROOT } from "../../components/root";
import { listTemplates, loadTemplate } from "./registry";
import { registryFolder } from "./registry-source";
import { stackFileOf, templateFindings } from "./template";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "chainfleet-registry-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A registry with one template. */
function registry(index: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "templates.yaml"), index);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, "templates"), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}
const ONE = "templates:\n  - { name: one, description: One, file: templates/one.yaml }\n";

describe("the templates of this repository", () => {
  const names = listTemplates(PROJECT_ROOT).map(({ name }) => name);

  it("are the networks and the other kinds of stacks", () => {
    expect(names).toEqual(["dev-5", "azure-24", "aws-8", "mixed", "contracts", "rolling", "storage"]);
  });

  it.each(names)("%s is a valid config without anything of another stack's secrets", (name) => {
    const template = loadTemplate(PROJECT_ROOT, name);
    expect(templateFindings(template)).toEqual([]);
    const text = stackFileOf(template);
    expect(text).toMatch(/^# yaml-language-server: \$schema=docs\/config\.schema\.json\n/);
    expect(text).not.toMatch(/encryptionsalt|secretsprovider|encryptedkey|passphrase/);
  });
});

describe("a registry", () => {
  it("names the templates that there are if one is unknown", () => {
    expect(() => loadTemplate(PROJECT_ROOT, "azur-24")).toThrow(/no template "azur-24".*azure-24.*aws-8/);
  });

  it.each([
    ["no index", "nothing: here", /REGISTRY_INVALID/],
    ["a file outside", ONE.replace("templates/one.yaml", "../one.yaml"), /must be inside of the registry/],
    [
      "an absolute file",
      ONE.replace("templates/one.yaml", "/etc/one.yaml"),
      /must be inside of the registry/,
    ],
    ["a missing file", ONE, /TEMPLATE_UNREADABLE/],
  ])("with %s is refused", (_, index, problem) => {
    const folder = registry(index);
    expect(() => loadTemplate(folder, "one")).toThrow(problem);
  });

  it("gives the new text of a template that has changed", () => {
    const folder = registry(ONE, { "templates/one.yaml": "config: {}\n" });
    expect(loadTemplate(folder, "one").text).toBe("config: {}\n");
    const file = join(folder, "templates/one.yaml");
    writeFileSync(file, "config: []\n");
    utimesSync(file, new Date(), new Date(Date.now() + 5000));
    expect(loadTemplate(folder, "one").text).toBe("config: []\n");
  });

  it("with encrypted values is refused, because no other stack can read them", () => {
    const folder = registry(ONE, { "templates/one.yaml": "config:\n  a:b: { secure: v1:abc }\n" });
    expect(() => stackFileOf(loadTemplate(folder, "one"))).toThrow(/encrypted values/);
  });
});

describe("a registry in a git repository", () => {
  function repository(): string {
    const folder = registry(ONE, { "templates/one.yaml": "config: { version: 1 }\n" });
    git(folder, "init", "--quiet", "--initial-branch", "main");
    commit(folder);
    return folder;
  }
  function commit(folder: string): void {
    git(folder, "add", ".");
    git(
      folder,
      "-c",
      "user.name=test",
      "-c",
      "user.email=test@example.com",
      "commit",
      "--quiet",
      "-m",
      "test",
    );
  }
  function git(folder: string, ...args: string[]): void {
    execFileSync("git", args, { cwd: folder, stdio: "pipe" });
  }

  it("is copied once, works without the repository from then on, and is copied anew on demand", () => {
    const origin = repository();
    const copies = temporaryFolder();
    const source = `file://${origin}#main`;
    const folder = registryFolder({ source, copies, update: false });
    expect(loadTemplate(folder, "one").text).toContain("version: 1");

    writeFileSync(join(origin, "templates/one.yaml"), "config: { version: 22 }\n");
    commit(origin);
    expect(registryFolder({ source, copies, update: false })).toBe(folder);
    expect(readFileSync(join(folder, "templates/one.yaml"), "utf8")).toContain("version: 1");
    registryFolder({ source, copies, update: true });
    expect(loadTemplate(folder, "one").text).toContain("version: 22");

    const kept = temporaryFolder();
    cpSync(copies, kept, { recursive: true });
    rmSync(origin, { recursive: true });
    expect(() => registryFolder({ source, copies: kept, update: true })).toThrow(/REGISTRY_UNREACHABLE/);
    const offline = registryFolder({ source, copies: kept, update: false });
    expect(loadTemplate(offline, "one").text).toContain("version: 22");
  });

  it("is not asked for through a transport that runs programs", () => {
    const touched = join(temporaryFolder(), "touched");
    const source = `ext::sh -c touch% ${touched}`;
    expect(() => registryFolder({ source, copies: temporaryFolder(), update: false })).toThrow(
      /REGISTRY_UNREACHABLE/,
    );
    expect(() => readFileSync(touched)).toThrow(/ENOENT/);
  });
});
