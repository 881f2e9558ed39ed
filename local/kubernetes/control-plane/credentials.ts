import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAuthority, issueCertificate } from "../certificates";

/** The credentials of the control plane's programs and users. Each file has mode 0600. */
export interface Credentials {
  /** Bearer token of the one administrator, in the group `system:masters`. */
  readonly token: string;
  /** The API server's static token file. */
  readonly tokenFile: string;
  /** Key that signs and verifies service account tokens. */
  readonly serviceAccountKeyFile: string;
  /** Folder of the API server's certificate. If empty, the API server creates a certificate and its authority there. */
  readonly certificateFolder: string;
  /** What proves to aggregated API servers that a request comes from the API server. */
  readonly frontProxy: FrontProxyFiles;
}

/** Files of the front proxy: https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/ */
export interface FrontProxyFiles {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** The name of the front proxy's certificate, as kubeadm has it. */
export const FRONT_PROXY_CLIENT = "front-proxy-client";

/** Reads the credentials in the state folder and creates the missing ones. */
export function credentials(state: string): Credentials {
  const token = readOrCreate(join(state, "token"), () => randomBytes(32).toString("hex"));
  const tokenFile = join(state, "tokens.csv");
  write(tokenFile, `${token},admin,admin,"system:masters"\n`);
  const serviceAccountKeyFile = join(state, "service-account.key");
  readOrCreate(
    serviceAccountKeyFile,
    () =>
      generateKeyPairSync("rsa", {
        modulusLength: 2048,
        publicKeyEncoding: { type: "spki", format: "pem" },
        privateKeyEncoding: { type: "pkcs1", format: "pem" },
      }).privateKey,
  );
  const certificateFolder = join(state, "certificates");
  mkdirSync(certificateFolder, { recursive: true, mode: 0o700 });
  if (expiresSoon(join(certificateFolder, SERVING_CERTIFICATE))) {
    rmSync(certificateFolder, { recursive: true });
    mkdirSync(certificateFolder, { mode: 0o700 });
  }
  const frontProxy = frontProxyFiles(join(state, "front-proxy"));
  return { token, tokenFile, serviceAccountKeyFile, certificateFolder, frontProxy };
}

/** Makes the certificates of the front proxy unless the folder has them. The authority's key is not kept. */
function frontProxyFiles(folder: string): FrontProxyFiles {
  const files = {
    authority: join(folder, "ca.crt"),
    certificate: join(folder, "client.crt"),
    key: join(folder, "client.key"),
  };
  // The key is written last: where it is, the other files are too.
  if (!existsSync(files.key)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const authority = createAuthority("front-proxy-ca");
    const client = issueCertificate(authority, { commonName: FRONT_PROXY_CLIENT });
    write(files.authority, authority.certificate);
    write(files.certificate, client.certificate);
    write(files.key, client.key);
  }
  return files;
}

/** Writes the authority of the API server's certificate to `<state>/ca.crt` and returns it as PEM. */
export function writeAuthority(state: string, { certificateFolder }: Credentials): string {
  const chain = readFileSync(join(certificateFolder, SERVING_CERTIFICATE), "utf8");
  const authority = (chain.match(CERTIFICATE) ?? []).find((pem) => new X509Certificate(pem).ca);
  if (authority === undefined) {
    throw new Error(
      `${join(certificateFolder, SERVING_CERTIFICATE)} contains no certificate authority: delete its folder and start the control plane again`,
    );
  }
  write(join(state, "ca.crt"), `${authority}\n`);
  return `${authority}\n`;
}

/** Writes `<state>/kubeconfig` for the administrator, for kubectl and for the control plane's own programs. */
export function writeKubeconfig(state: string, port: number, authority: string, token: string): void {
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "local",
        cluster: {
          server: `https://127.0.0.1:${port}`,
          "certificate-authority-data": Buffer.from(authority).toString("base64"),
        },
      },
    ],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name: "local", context: { cluster: "local", user: "admin" } }],
    "current-context": "local",
  };
  write(join(state, "kubeconfig"), `${JSON.stringify(kubeconfig, null, 2)}\n`);
}

/** File in which the API server stores the certificate that it creates, followed by the authority. */
const SERVING_CERTIFICATE = "apiserver.crt";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** True if a certificate expires within 30 days. The API server's self-created certificates are valid for a year. */
function expiresSoon(file: string): boolean {
  if (!existsSync(file)) {
    return false;
  }
  const monthFromNow = Date.now() + 30 * 24 * 3600 * 1000;
  return Date.parse(new X509Certificate(readFileSync(file)).validTo) < monthFromNow;
}

function readOrCreate(file: string, create: () => string): string {
  if (!existsSync(file)) {
    write(file, create());
  }
  return readFileSync(file, "utf8");
}

function write(file: string, content: string): void {
  writeFileSync(`${file}.tmp`, content, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}
