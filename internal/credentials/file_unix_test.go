// SPDX-License-Identifier: MPL-2.0

//go:build unix

package credentials

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestFile_NotRegular has files that block who opens or reads them.
func TestFile_NotRegular(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"a named pipe": pipe, "a device": os.DevNull, "a directory": t.TempDir(),
	} {
		t.Run(name+" of profiles", func(t *testing.T) {
			t.Parallel()
			_, err := Resolve(Config{Profile: "p", SharedCredentialsFile: file}, getenvFrom(nil))
			expectError(t, err, "shared_credentials_file", file, "not a regular file")
		})
		t.Run(name+" with a token", func(t *testing.T) {
			t.Parallel()
			s := mustResolve(t, Config{AssumeRoleWithOIDC: &AssumeRoleWithOIDC{
				OIDCProviderARN: providerARN, RoleARN: roleARN, OIDCTokenFile: file,
			}}, nil)
			expectError(t, retrieveError(t, s), "assume_role_with_oidc", file, "not a regular file")
		})
	}
}

func TestReadFile_DoesNotBlock(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, 1)
	go func() {
		_, err := readFile(pipe)
		failed <- err
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	select {
	case err := <-failed:
		if err == nil {
			t.Error("a named pipe was read")
		}
	case <-ctx.Done():
		t.Error("reading a named pipe blocks")
	}
}
