// Command state is the state service of the local target. It speaks the HTTP API of Pulumi Cloud as the engine's own
// client uses it (github.com/pulumi/pulumi/pkg/v3/backend/httpstate/client at the version in go.mod), with the engine's
// journal, on a port of the loopback interface.
//
//	state --folder DIR --port N
//
// The folder keeps everything: state.db, the access token and the key of the secrets. The service ends by SIGTERM; a
// kill loses nothing that the service has acknowledged.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"chainfleet/state/api"
	"chainfleet/state/service"
	"chainfleet/state/store"
)

func main() {
	folder := flag.String("folder", "", "folder of the state")
	port := flag.Int("port", 0, "port on the loopback interface")
	flag.Parse()
	if err := run(*folder, *port); err != nil {
		fmt.Fprintln(os.Stderr, "the state service failed:", err)
		os.Exit(1)
	}
}

func run(folder string, port int) error {
	if folder == "" || port == 0 {
		return errors.New("--folder DIR and --port N are required")
	}
	database, err := store.Open(folder)
	if err != nil {
		return err
	}
	defer database.Close()
	token, err := store.Secret(folder, "access-token")
	if err != nil {
		return err
	}
	key, err := store.Secret(folder, "secrets-key")
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	handler, err := api.Handler(service.New(database, time.Now), token, key)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	fmt.Fprintln(os.Stderr, "listening on", listener.Addr())
	select {
	case err := <-served:
		return fmt.Errorf("serving: %w", err)
	case <-ended.Done():
		grace, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if err := server.Shutdown(grace); err != nil {
			fmt.Fprintln(os.Stderr, "requests were cut off:", err)
		}
		return nil
	}
}
