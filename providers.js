// Every dynamic resource in the state of a stack loads its provider through this file, by the resource's type.
// The file never moves, and a type that has been deployed is never renamed. The modules behind the types may move
// and change freely, as long as this table follows them.
require("./typescript.js");

const modules = {
  Chain: () => require("./components/besu/genesis/chain-provider"),
  ContractCall: () => require("./components/contracts/call/call-provider"),
  DeterministicDeployer: () => require("./components/contracts/deployment/deployer-provider"),
  ForgeDeployment: () => require("./components/contracts/deployment/deployment-provider"),
  ForgeVerification: () => require("./components/contracts/verification/verification-provider"),
  Genesis: () => require("./components/besu/genesis/genesis-provider"),
  ValidatorKey: () => require("./components/besu/validator-key-provider"),
};

exports.types = Object.keys(modules);

/** The provider of a dynamic resource of the given type. */
exports.providerOf = (type) => {
  const load = modules[type];
  if (load === undefined) {
    throw new Error(`providers.js has no provider for the resource type "${type}" that the state names.`);
  }
  return load().provider;
};
