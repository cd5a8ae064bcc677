package scenarios

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// ajv returns the folder with the validator, which npm brings once for each
// version, into the user's cache.
func ajv(t *testing.T) (folder string) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed (apt-get install nodejs npm): the schema is not checked by a validator of others")
	}
	lock, err := os.ReadFile("testdata/ajv/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	folder = filepath.Join(cache, "cablepull", fmt.Sprintf("ajv-%x", sha256.Sum256(lock))[:16])
	if _, err := os.Stat(folder); err == nil {
		return folder
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("npm is not installed (apt-get install npm): the schema is not checked by a validator of others")
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		t.Skipf("there is no cache for what npm brings: %v", err)
	}
	fresh, err := os.MkdirTemp(filepath.Dir(folder), "fresh-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(fresh)
	if err := os.CopyFS(fresh, os.DirFS("testdata/ajv")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
	cmd.Dir = fresh
	if out, err := cmd.CombinedOutput(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("npm ci: %v\n%s", err, out)
		}
		t.Skipf("npm cannot bring ajv, perhaps without network: %v; the schema is not checked by a validator of others", err)
	}
	if err := os.Rename(fresh, folder); err != nil {
		if _, there := os.Stat(folder); there != nil { // another test run was first
			t.Fatal(err)
		}
	}
	return folder
}

// TestLibraryIsValidElsewhere: a strict validator, of which editors have the
// like, accepts the schema, every incident and every line of a fault in it, and
// refuses what is slightly wrong.
func TestLibraryIsValidElsewhere(t *testing.T) {
	folder := ajv(t)
	files, err := filepath.Glob("incidents/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	documents := map[string]any{"small": document(t, small)}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		documents[name] = document(t, string(text))
	}
	changes := []string{ // of the small scenario
		"- 30s: pull a.lan", "- 30s: pul a.lan",
		"- 30s: pull a.lan", "- 30s: [pull a.lan, pull a]",
		"- 30s: pull a.lan", "- 30s: plug a.lan for 5s",
		"- 30s: pull a.lan", "- -30s: pull a.lan",
		"duration: 60s", "duration: 60",
		"duration: 60s", "druation: 60s",
		"- moves: 1", "- movse: 1",
		"- moves: 1", "- moves: ..",
		"- moves: 1", "- kept: {share: 95%.., after: pull the cable}",
	}
	for i := 0; i < len(changes); i += 2 {
		text := strings.Replace(small, changes[i], changes[i+1], 1)
		if text == small {
			t.Fatalf("%s: nothing to replace", changes[i])
		}
		documents["wrong: "+changes[i+1]] = document(t, text)
	}
	schema, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(map[string]any{"schema": json.RawMessage(schema), "documents": documents})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "testdata/ajv/validate.cjs")
	cmd.Env = append(os.Environ(), "NODE_PATH="+filepath.Join(folder, "node_modules"))
	cmd.Stdin = bytes.NewReader(input)
	cmd.Stderr = &bytes.Buffer{}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, cmd.Stderr)
	}
	var wrong map[string]string
	if err := json.Unmarshal(out, &wrong); err != nil {
		t.Fatal(err)
	}
	for name := range documents {
		if text, refused := wrong[name]; refused != strings.HasPrefix(name, "wrong: ") {
			t.Errorf("%s: refused: %v %s", name, refused, text)
		}
	}
}

// document is a YAML text as values of JSON.
func document(t *testing.T, text string) (v any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
