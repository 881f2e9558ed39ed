# Functions that the stand-ins for aws and kubelogin share. POSIX sh, to be sourced.

# fail MESSAGE: prints the name of the stand-in and the message to standard error, and exits with status 1.
fail() {
  echo "$(basename "$0") (local stand-in): $1" >&2
  exit 1
}

# control PATH [CURL_ARGUMENT…]: prints the answer of the simulated cloud's control API to a GET request.
control() {
  [ -n "${CHAINFLEET_LOCAL_CLOUD_CONTROL:-}" ] ||
    fail "CHAINFLEET_LOCAL_CLOUD_CONTROL is not set; set it to the URL of the simulated cloud's control API"
  path=$1
  shift
  curl --silent --show-error --max-time 10 --get "$@" "$CHAINFLEET_LOCAL_CLOUD_CONTROL$path" ||
    fail "the simulated cloud's control API does not answer at $CHAINFLEET_LOCAL_CLOUD_CONTROL"
}

# credential: prints an ExecCredential in the API version that the client requests.
credential() {
  [ -n "${CHAINFLEET_LOCAL_KUBERNETES_TOKEN_FILE:-}" ] ||
    fail "CHAINFLEET_LOCAL_KUBERNETES_TOKEN_FILE is not set; set it to the path of the file with the control plane's token"
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
