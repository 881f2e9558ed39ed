/**
 * Whether the variables of OpenTelemetry ask for traces: an endpoint is named, and neither the SDK nor its traces are switched off,
 * see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/. Without an endpoint nothing is sent, other than
 * the specification has it, because most machines have no collector. Apart from the exporter, which takes a tenth of a second to load.
 */
export function wantsTrace(environment: NodeJS.ProcessEnv): boolean {
  const endpoint =
    environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] || environment["OTEL_EXPORTER_OTLP_ENDPOINT"] || "";
  return (
    endpoint !== "" &&
    environment["OTEL_SDK_DISABLED"]?.toLowerCase() !== "true" &&
    environment["OTEL_TRACES_EXPORTER"] !== "none"
  );
}
