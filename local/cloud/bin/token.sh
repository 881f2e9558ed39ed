# What the stand-ins for aws and kubelogin share; POSIX sh, sourced.

# fail MESSAGE: says who failed and why, and exits.
fail() {
  echo "$(basename "$0") (local stand-in): $1" >&2
  exit 1
}

# control PATH [curl arguments]: asks the simulated cloud's control API.
control() {
  [ -n "${CHAINFLEET_LOCAL_CLOUD_CONTROL:-}" ] ||
    fail "CHAINFLEET_LOCAL_CLOUD_CONTROL is not set; it names the local cloud's control API"
  path=$1
  shift
  curl --silent --show-error --max-time 10 --get "$@" "$CHAINFLEET_LOCAL_CLOUD_CONTROL$path" ||
    fail "the local cloud does not answer at $CHAINFLEET_LOCAL_CLOUD_CONTROL"
}

# credential: prints an ExecCredential in the API version that the client asked for.
credential() {
  [ -n "${CHAINFLEET_LOCAL_KUBERNETES_TOKEN_FILE:-}" ] ||
    fail "CHAINFLEET_LOCAL_KUBERNETES_TOKEN_FILE is not set; it names the file with the control plane's token"
  [ -r "$CHAINFLEET_LOCAL_KUBERNETES_TOKEN_FILE" ] ||
    fail "cannot read the token file $CHAINFLEET_LOCAL_KUBERNETES_TOKEN_FILE"
  case "${KUBERNETES_EXEC_INFO:-}" in
    *'client.authentication.k8s.io/v1"'*) version=v1 ;;
    *) version=v1beta1 ;;
  esac
  token=$(tr -d '\r\n' <"$CHAINFLEET_LOCAL_KUBERNETES_TOKEN_FILE")
  printf '{"apiVersion":"client.authentication.k8s.io/%s","kind":"ExecCredential","spec":{},"status":{"token":"%s"}}\n' \
    "$version" "$token"
}
