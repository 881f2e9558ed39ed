import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { createAuthority, issueCertificate } from "./certificates";

test("a server's certificate is valid under its names, and for its authority only", () => {
  const authority = createAuthority("front");
  const server = new X509Certificate(
    issueCertificate(authority, { commonName: "api", dnsNames: ["api.n.svc", "localhost"] }).certificate,
  );
  expect(server.checkHost("api.n.svc")).toBe("api.n.svc");
  expect(server.checkHost("other.n.svc")).toBeUndefined();
  expect(server.ca).toBe(false);
  expect(server.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
  expect(server.verify(new X509Certificate(createAuthority("front").certificate).publicKey)).toBe(false);
  expect(new X509Certificate(authority.certificate).ca).toBe(true);
});
