// SPDX-License-Identifier: MPL-2.0

package credentials

import (
	"os"
	"path/filepath"
	"testing"
)

func TestReadFile_Size(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		size     int
		accepted bool
	}{
		"an empty file is read":     {0, true},
		"the largest file is read":  {maxFileSize, true},
		"a larger file is not read": {maxFileSize + 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(file, make([]byte, test.size), 0o600); err != nil {
				t.Fatal(err)
			}
			content, err := readFile(file)
			if (err == nil) != test.accepted || err == nil && len(content) != test.size {
				t.Errorf("%d bytes were read, with %v", len(content), err)
			}
		})
	}
}
