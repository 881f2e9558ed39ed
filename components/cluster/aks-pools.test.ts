import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { registeredResources } from "../../test/dump/registered-resources";
import { locations } from "../region/locations";
import { zoneOfValidator } from "../region/validator-zones";
import {
  type ExistingPool,
  fetchPools,
  isAksNotFound,
  poolSizeProblems,
  validatorPools,
  zonesOfValidators,
} from "./aks-pools";

const anyLocation = fc.constantFrom(...locations("azure"));
const machines = fc.nat(30);

describe("the pools for the validators of an AKS cluster", () => {
  it("have names that AKS takes, in the order in which AKS lists them", () => {
    fc.assert(
      fc.property(anyLocation, machines, ({ name }, count) => {
        const names = poolsIn(name, count).map((pool) => pool.name);
        expect(["system", ...names].sort()).toEqual(["system", ...names]);
        expect(names.filter((pool) => !/^[a-z][a-z0-9]{0,11}$/.test(pool))).toEqual([]);
      }),
    );
  });

  it("have a machine in its zone for each validator, and are the same ones however many validators there are", () => {
    fc.assert(
      fc.property(anyLocation, machines, ({ name }, count) => {
        const pools = poolsIn(name, count);
        expect(pools.map((pool) => pool.name)).toEqual(poolsIn(name, 0).map((pool) => pool.name));
        const zones = zonesOfValidators(name, []);
        const needed = Array.from({ length: count }, (_, validator) => zoneOfValidator(validator, zones));
        for (const pool of pools) {
          const own = needed.filter((zone) => zone === undefined || pool.zones.includes(zone));
          expect(pool.machines).toBe(own.length);
        }
      }),
    );
  });

  it("are one in a location without zones, and in a cluster that was created with one", () => {
    expect(poolsIn("westus", 2)).toEqual([{ name: "validators", zones: [], machines: 2 }]);
    expect(poolsIn("eastus", 2, existing("system", "validators"))).toEqual([
      { name: "validators", zones: ["1", "2", "3"], machines: 2 },
    ]);
    const divided = existing("system", "validators1", "validators2", "validators3");
    expect(poolsIn("eastus", 2, divided)).toEqual(poolsIn("eastus", 2));
  });

  function poolsIn(location: string, count: number, pools: readonly ExistingPool[] = []) {
    return validatorPools(location, zonesOfValidators(location, pools), count);
  }

  function existing(...names: readonly string[]): readonly ExistingPool[] {
    return names.map((name) => ({ name }));
  }
});

describe("the pools of an existing AKS cluster", () => {
  const pools = (...validators: readonly ExistingPool[]) => [
    { name: "system", vmSize: "Standard_D4s_v5" },
    ...validators,
  ];
  const divided = pools(
    { name: "validators1", vmSize: "Standard_D8s_v5" },
    { name: "validators2", vmSize: "Standard_D16s_v5" },
    { name: "validators3", vmSize: "Standard_D8s_v5" },
  );
  const configured = (validatorVmSize: string) => ({
    location: "eastus",
    systemVmSize: "Standard_D4s_v5",
    validatorVmSize,
  });

  it("keep their size: another one is a problem of the config, with the way to get it", () => {
    const undivided = pools({ name: "validators", vmSize: "Standard_D8s_v5" });
    expect(poolSizeProblems(undivided, configured("standard_d8s_v5"))).toEqual([]);
    expect(poolSizeProblems(undivided, configured("Standard_D16s_v5"))).toEqual([
      expect.stringContaining(
        'has validatorVmSize Standard_D16s_v5, but the machines of the pool "validators" in the existing cluster are Standard_D8s_v5',
      ),
    ]);
    expect(poolSizeProblems(divided, configured("Standard_D16s_v5"))).toEqual([
      expect.stringContaining(
        'the machines of the pools "validators1", "validators3" in the existing cluster are Standard_D8s_v5',
      ),
    ]);
  });

  it("are no problem where the cluster does not exist", () => {
    expect(poolSizeProblems([], configured("Standard_D16s_v5"))).toEqual([]);
  });

  const fetched = async (answer: () => Record<string, unknown>) => {
    let asked: Promise<unknown> = Promise.resolve();
    await registeredResources(
      { newResource: ({ name }) => ({ id: name, outputs: {} }), call: answer },
      () => {
        asked = fetchPools("chain138", "eastus", {}).catch(({ code }) => code);
      },
    );
    return asked;
  };

  it("are asked of Azure, which must say whether there are any: those of a new cluster may be other ones", async () => {
    expect(await fetched(() => ({ agentPoolProfiles: divided }))).toEqual(divided);
    const failing = () => {
      throw new Error("AuthorizationFailed");
    };
    expect(await fetched(failing)).toBe("CLUSTER_UNREADABLE");
    // The answers of the mocks lose their messages.
    const answers = ["ResourceNotFound: chain138-eastus", "AuthorizationFailed: chain138-eastus"];
    expect(answers.map((message) => isAksNotFound(new Error(message)))).toEqual([true, false]);
  });
});
