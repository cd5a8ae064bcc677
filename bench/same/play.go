package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// build builds the binary of this checkout.
func build(binary string, stderr io.Writer) error {
	cmd := exec.Command("go", "build", "-o", binary, "./cmd/cablepull")
	cmd.Stderr = stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build: %w", err)
	}
	return nil
}

// play runs every virtual incident of a binary into the folder, and returns the
// folder. If binary is itself a folder, it is the output of an earlier run.
func play(binary, folder string, seeds int, stderr io.Writer) (string, error) {
	info, err := os.Stat(binary)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		return binary, nil
	}
	fmt.Fprintf(stderr, "same: %s plays the library, seeds 1 to %d\n", binary, seeds)
	cmd := exec.Command(binary, "run", "--all", "--seeds", fmt.Sprint("1..", seeds),
		"--jobs", fmt.Sprint(runtime.NumCPU()), "--out", folder)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, bytes.TrimSpace(said.Bytes()))
	}
	return folder, nil
}
