import fc from "fast-check";
import { expect, it } from "vitest";
import { locations } from "../../region/locations";
import {
  MOST_VALIDATORS_IN_SECRETS_MANAGER,
  readerPolicy,
  secretsManagerName,
} from "./secrets-manager-documents";

const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/);
const address = fc.stringMatching(/^0x[0-9a-f]{40}$/).map((text) => text as `0x${string}`);

it("gives every validator of every network a name that AWS accepts, and that is no part of an ARN with six more characters", () => {
  fc.assert(
    fc.property(name, name, fc.nat(99), address, (network, region, index, of) => {
      const secret = secretsManagerName({ network, region, objectName: `validator-${index}`, address: of });
      expect(secret).toMatch(/^[A-Za-z0-9/_+=.@-]{1,512}$/);
      expect(secret).not.toMatch(/-.{6}$/);
    }),
  );
});

it("gives a new key a new name, and a key that comes back its old one", () => {
  const args = {
    network: "n",
    region: "r",
    objectName: "validator-0",
    address: `0x${"1".repeat(40)}`,
  } as const;
  const other = secretsManagerName({ ...args, address: `0x${"2".repeat(40)}` });
  expect(secretsManagerName(args)).not.toBe(other);
  expect(secretsManagerName({ ...args })).toBe(secretsManagerName(args));
});

it("leaves room in a role for the rights on the keys of as many validators as a region may have", () => {
  const longest = Math.max(...locations("aws").map(({ name: location }) => location.length));
  const secret = secretsManagerName({
    network: "n".repeat(20),
    region: "r".repeat(20),
    objectName: "validator-99",
    address: `0x${"1".repeat(40)}`,
  });
  const arn = `arn:aws:secretsmanager:${"l".repeat(longest)}:123456789012:secret:${secret}-AbCdEf`;
  expect(MOST_VALIDATORS_IN_SECRETS_MANAGER * readerPolicy(arn).length).toBeLessThanOrEqual(10_240);
});
