import { generateKeyPairSync, randomBytes } from "node:crypto";
import { md, pki } from "node-forge";

/** A certificate and its key, as PEM. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate to issue. */
export interface CertificateOrder {
  readonly commonName: string;
  /** Names under which a server is reached. Absent for a client. */
  readonly dnsNames?: readonly string[];
}

/** Makes a certificate authority that is valid for ten years, as kubeadm's are. */
export function createAuthority(commonName: string): KeyedCertificate {
  return signed(commonName, undefined, [
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", keyCertSign: true, digitalSignature: true, critical: true },
    { name: "subjectKeyIdentifier" },
  ]);
}

/** Issues a certificate for a server if the order has DNS names, otherwise for a client. Valid for ten years. */
export function issueCertificate(
  authority: KeyedCertificate,
  { commonName, dnsNames = [] }: CertificateOrder,
): KeyedCertificate {
  const isServer = dnsNames.length > 0;
  return signed(commonName, authority, [
    { name: "basicConstraints", cA: false, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "extKeyUsage", serverAuth: isServer, clientAuth: !isServer },
    ...(isServer
      ? [{ name: "subjectAltName", altNames: dnsNames.map((value) => ({ type: DNS_NAME, value })) }]
      : []),
  ]);
}

/** The type of a DNS name in a subject alternative name: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6 */
const DNS_NAME = 2;

function signed(
  commonName: string,
  authority: KeyedCertificate | undefined,
  extensions: readonly object[],
): KeyedCertificate {
  const keys = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const certificate = pki.createCertificate();
  const subject = [{ name: "commonName", value: commonName }];
  certificate.publicKey = pki.publicKeyFromPem(keys.publicKey);
  // A serial number is positive: its first bit is 0.
  certificate.serialNumber = `00${randomBytes(16).toString("hex")}`;
  const now = new Date();
  certificate.validity.notBefore = now;
  certificate.validity.notAfter = new Date(now.getFullYear() + 10, now.getMonth(), now.getDate());
  certificate.setSubject(subject);
  certificate.setIssuer(
    authority === undefined ? subject : pki.certificateFromPem(authority.certificate).subject.attributes,
  );
  certificate.setExtensions([...extensions]);
  certificate.sign(pki.privateKeyFromPem(authority?.key ?? keys.privateKey), md.sha256.create());
  return { certificate: pki.certificateToPem(certificate), key: keys.privateKey };
}
