package store

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Secret returns 32 random bytes as hexadecimal digits, which the first call writes into a file that only the user can
// read.
func Secret(folder, name string) (string, error) {
	file := filepath.Join(folder, name)
	content, err := os.ReadFile(file)
	if err == nil {
		return strings.TrimSpace(string(content)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return "", err
	}
	secret := hex.EncodeToString(random)
	unfinished := file + ".unfinished"
	if err := os.WriteFile(unfinished, []byte(secret+"\n"), 0o600); err != nil {
		return "", err
	}
	return secret, os.Rename(unfinished, file)
}
