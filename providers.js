// Every dynamic resource in the state of a stack loads its provider through this file, by the resource's type.
// The file never moves, and a type that has been deployed is never renamed. The modules behind the types may move
// and change freely, as long as this table follows them.
require("./typescript.js");

const modules = {
  Chain: () => require("./components/besu/genesis/chain-provider"),
  ContractCall: () => require("./components/contracts/call/call-provider"),
  DeterministicDeployer: () => require("./components/contracts/deployment/deployer-provider"),
  FioTest: () => require("./components/storage/test/fio-test-provider"),
  ForgeDeployment: () => require("./components/contracts/deployment/deployment-provider"),
  ForgeVerification: () => require("./components/contracts/verification/verification-provider"),
  Genesis: () => require("./components/besu/genesis/genesis-provider"),
  GrafanaPassword: () => require("./components/monitoring/grafana/grafana-password-provider"),
  GroupCleanup: () => require("./components/storage/group/group-cleanup-provider"),
  ImageRetention: () => require("./components/rolling/retention/image-retention-provider"),
  InstanceRefresh: () => require("./components/rolling/refresh/instance-refresh-provider"),
  MachineImage: () => require("./components/rolling/image/machine-image-provider"),
  NetworkHealth: () => require("./components/besu/health/network-health-provider"),
  PoolSummary: () => require("./components/storage/pool/pool-summary-provider"),
  SshHost: () => require("./components/rolling/ssh/ssh-host-provider"),
  StorageRun: () => require("./components/storage/run/storage-run-provider"),
  TemplateVersion: () => require("./components/rolling/template/template-version-provider"),
  TemporaryInstance: () => require("./components/rolling/instance/temporary-instance-provider"),
  ValidatorKey: () => require("./components/besu/validator-key-provider"),
  ValidatorSet: () => require("./components/besu/membership/validator-set-provider"),
  VersionRetention: () => require("./components/rolling/retention/version-retention-provider"),
  VmGroupMachines: () => require("./components/storage/group/vm-group-machines-provider"),
  VolumeExpansion: () => require("./components/besu/volumes/volume-expansion-provider"),
  WaveHealth: () => require("./components/besu/wave-health/wave-health-provider"),
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
