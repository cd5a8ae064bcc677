package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// imageArchive writes the images of two programs to a file.
func imageArchive(t *testing.T, platforms []platform, programs [][]byte) string {
	t.Helper()
	s := source{version: "v0.1.0", commit: "0123", at: instant}
	var images []v1.Image
	for i, p := range platforms {
		image, err := imageOf(s, p, programs[i], []file{{"LICENSE", 0o644, []byte("terms")}})
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, image)
	}
	var archives [2]bytes.Buffer
	for i := range archives {
		if err := writeImages(&archives[i], s, platforms, images, t.TempDir()); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(archives[0].Bytes(), archives[1].Bytes()) {
		t.Error("two archives of the same images differ")
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := os.WriteFile(path, archives[0].Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// unpack writes the content of an archive into a folder.
func unpack(t *testing.T, archive io.Reader, folder string) {
	t.Helper()
	for in := tar.NewReader(archive); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, h.Name)
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, 0o755)
		} else {
			var body []byte
			if body, err = io.ReadAll(in); err == nil {
				err = os.WriteFile(path, body, h.FileInfo().Mode().Perm())
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestImage: both tables of contents of the archive lead to valid images, which
// say what is in them.
func TestImage(t *testing.T) {
	platforms := []platform{{"linux", "amd64"}, {"linux", "arm64"}}
	path := imageArchive(t, platforms, [][]byte{[]byte("for amd64"), []byte("for arm64")})
	archive, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	unpack(t, bytes.NewReader(archive), folder)
	index, err := layout.ImageIndexFromPath(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(index); err != nil {
		t.Errorf("index.json: %v", err)
	}
	outer, err := index.IndexManifest()
	if err != nil || len(outer.Manifests) != 1 {
		t.Fatalf("index.json: got %v (%v), want one image", outer, err)
	}
	if diff := cmp.Diff(map[string]string{
		"io.containerd.image.name": "docker.io/cablepull/cablepull:v0.1.0", "org.opencontainers.image.ref.name": "v0.1.0",
	}, outer.Manifests[0].Annotations); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	inner, err := index.ImageIndex(outer.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := inner.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var found []platform
	for _, m := range manifest.Manifests {
		found = append(found, platform{m.Platform.OS, m.Platform.Architecture})
	}
	if !slices.Equal(found, platforms) {
		t.Errorf("platforms: got %v, want %v", found, platforms)
	}
	for tag, arch := range map[string]string{"v0.1.0": "amd64", "v0.1.0-amd64": "amd64", "v0.1.0-arm64": "arm64"} {
		checkDockerImage(t, path, repository+":"+tag, arch)
	}
}

// checkDockerImage checks the image with a tag as Docker's own store finds it.
func checkDockerImage(t *testing.T, path, tag, arch string) {
	t.Helper()
	reference, err := name.NewTag(tag)
	if err != nil {
		t.Fatal(err)
	}
	image, err := tarball.ImageFromPath(path, &reference)
	if err != nil {
		t.Fatalf("%s: %v", tag, err)
	}
	if err := validate.Image(image); err != nil {
		t.Errorf("%s: %v", tag, err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if config.Architecture != arch || config.OS != "linux" || !config.Created.Equal(instant) ||
		!slices.Equal(config.Config.Entrypoint, []string{entrypoint}) || config.Config.Labels["org.opencontainers.image.version"] != "v0.1.0" {
		t.Errorf("%s: got %+v, want the program for %s as entrypoint, with labels", tag, config, arch)
	}
	layers, err := image.Layers()
	if err != nil || len(layers) != 1 {
		t.Fatalf("%s: got %d layers (%v), want one", tag, len(layers), err)
	}
	content, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	unpack(t, content, root)
	if body, err := os.ReadFile(filepath.Join(root, entrypoint)); string(body) != "for "+arch {
		t.Errorf("%s: got %q (%v) as program", tag, body, err)
	}
}

// TestImageRuns: the entrypoint runs with nothing but the image around it.
func TestImageRuns(t *testing.T) {
	if out, err := exec.Command("unshare", "-r", "true").CombinedOutput(); err != nil {
		t.Skipf("needs the right to make a user namespace: %v: %s", err, out)
	}
	sources, here := t.TempDir(), platform{"linux", runtime.GOARCH}
	for path, text := range map[string]string{
		"go.mod":  "module hello\n",
		"main.go": "package main\nimport (\"fmt\"; \"os\")\nfunc main() { _, err := os.Stat(\"/tmp\"); fmt.Println(os.Args[1:], err) }\n",
	} {
		if err := os.WriteFile(filepath.Join(sources, path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-o", "hello", ".")
	build.Dir, build.Env = sources, environment(here)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	binary, err := os.ReadFile(filepath.Join(sources, "hello"))
	if err != nil {
		t.Fatal(err)
	}
	image, err := tarball.ImageFromPath(imageArchive(t, []platform{here}, [][]byte{binary}), nil)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	content, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	unpack(t, content, root)
	out, err := exec.Command("unshare", "-r", "chroot", root, entrypoint, "run", "x").CombinedOutput()
	if got, want := strings.TrimSpace(string(out)), "[run x] <nil>"; err != nil || got != want {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}
