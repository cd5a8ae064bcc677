package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const (
	// repository is the name of the image, without its tag.
	repository = "cablepull/cablepull"
	// entrypoint is the program's place in the image.
	entrypoint = "/usr/local/bin/cablepull"
	// workFolder is where the image expects the user's scenarios.
	workFolder = "/work"
)

// imageOf is the image for one platform: nothing but the program, its license,
// and folders to work in.
func imageOf(s source, p platform, binary []byte, terms []file) (v1.Image, error) {
	files := []file{{"tmp/", 0o1777, nil}, {workFolder[1:] + "/", 0o755, nil}, {entrypoint[1:], 0o755, binary}}
	for _, t := range terms {
		files = append(files, file{"usr/share/licenses/cablepull/" + t.name, t.mode, t.body})
	}
	var content bytes.Buffer
	if err := writeTar(&content, s.at, files); err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content.Bytes())), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	created := v1.Time{Time: s.at}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err = mutate.Append(image, mutate.Addendum{
		Layer:   layer,
		History: v1.History{Created: created, CreatedBy: "cablepull " + s.version},
	})
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = p.os, p.arch, created
	config.Config = v1.Config{
		Entrypoint: []string{entrypoint},
		Env:        []string{"PATH=/usr/local/bin"},
		WorkingDir: workFolder,
		Labels:     labels(s),
	}
	return mutate.ConfigFile(image, config)
}

// labels are those of the image specification.
func labels(s source) map[string]string {
	l := map[string]string{
		"org.opencontainers.image.title":         "cablepull",
		"org.opencontainers.image.description":   "A test bench for virtual-IP failover",
		"org.opencontainers.image.url":           "https://github.com/cablepull/cablepull",
		"org.opencontainers.image.source":        "https://github.com/cablepull/cablepull",
		"org.opencontainers.image.documentation": "https://github.com/cablepull/cablepull/blob/main/README.md",
		"org.opencontainers.image.licenses":      "Apache-2.0",
		"org.opencontainers.image.version":       s.version,
		"org.opencontainers.image.created":       s.at.Format(time.RFC3339),
	}
	if s.commit != "" {
		l["org.opencontainers.image.revision"] = s.commit
	}
	return l
}

// writeImages writes images, one per platform, as one archive that has two
// tables of contents: index.json for what knows multi-platform images (podman,
// skopeo, Docker with containerd's store), and manifest.json for Docker's own
// store, where an image is for one platform. There the plain tag means the
// first platform, and the others have their architecture in the tag.
func writeImages(w io.Writer, s source, platforms []platform, images []v1.Image, scratch string) error {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	var contents []dockerImage
	for i, image := range images {
		p := platforms[i]
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        image,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: p.os, Architecture: p.arch}},
		})
		tags := []string{repository + ":" + s.version + "-" + p.arch}
		if i == 0 {
			tags = append(tags, repository+":"+s.version)
		}
		entry, err := dockerImageOf(image, tags)
		if err != nil {
			return err
		}
		contents = append(contents, entry)
	}
	tag, err := name.NewTag(repository + ":" + s.version)
	if err != nil {
		return err
	}
	folder, err := layout.Write(scratch, empty.Index)
	if err != nil {
		return err
	}
	err = folder.AppendIndex(index, layout.WithAnnotations(map[string]string{
		"org.opencontainers.image.ref.name": s.version,
		"io.containerd.image.name":          strings.TrimPrefix(tag.Name(), "index."),
	}))
	if err != nil {
		return err
	}
	table, err := json.Marshal(contents)
	if err != nil {
		return err
	}
	files, err := filesBelow(scratch)
	if err != nil {
		return err
	}
	return writeTar(w, s.at, append(files, file{"manifest.json", 0o644, table}))
}

// dockerImage is an entry of manifest.json.
type dockerImage struct {
	Config   string
	RepoTags []string
	Layers   []string
}

func dockerImageOf(image v1.Image, tags []string) (dockerImage, error) {
	manifest, err := image.Manifest()
	if err != nil {
		return dockerImage{}, err
	}
	blob := func(h v1.Hash) string { return fmt.Sprintf("blobs/%s/%s", h.Algorithm, h.Hex) }
	entry := dockerImage{Config: blob(manifest.Config.Digest), RepoTags: tags}
	for _, l := range manifest.Layers {
		entry.Layers = append(entry.Layers, blob(l.Digest))
	}
	return entry, nil
}

// filesBelow reads all files in a folder.
func filesBelow(folder string) ([]file, error) {
	var files []file
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(filepath.Join(folder, name))
		files = append(files, file{name, 0o644, body})
		return err
	})
	return files, err
}
