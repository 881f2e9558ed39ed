/**
 * Lets the engine's request to cancel reach the providers. The SDK's service only answers the request; the engine sends it after
 * the first Ctrl+C and waits until the operations in progress have ended (SignalCancellation in pkg/resource/deploy of
 * https://github.com/pulumi/pulumi).
 *
 * @param grpc the module that the SDK's plugin uses.
 * @param cancelWork called at each request.
 */
exports.passOnCancellation = ({ Server }, cancelWork) => {
  const { addService } = Server.prototype;
  Server.prototype.addService = function (service, implementation) {
    const { cancel } = implementation;
    if (typeof cancel === "function") {
      implementation.cancel = (call, callback) => {
        cancelWork();
        cancel.call(implementation, call, callback);
      };
    }
    addService.call(this, service, implementation);
  };
};
