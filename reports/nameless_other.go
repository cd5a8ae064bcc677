//go:build !linux

package reports

import (
	"errors"
	"os"
)

// openNameless returns errors.ErrUnsupported.
func openNameless(string) (*os.File, error) { return nil, errors.ErrUnsupported }

// nameFile returns errors.ErrUnsupported.
func nameFile(*os.File, string) error { return errors.ErrUnsupported }
