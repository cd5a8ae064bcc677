package balance

import (
	"errors"

	"github.com/cablepull/cablepull/node/wire"
)

// Errors about bytes or values. Every error of this package wraps one of these
// and adds what was found and what was wanted; match with errors.Is.
var (
	ErrShort     = wire.ErrShort
	ErrMagic     = errors.New("not a message of a self-balancing group")
	ErrVersion   = errors.New("needs a later version")
	ErrAuth      = errors.New("wrong authentication code")
	ErrKind      = errors.New("unknown kind")
	ErrMalformed = errors.New("malformed")
	ErrAddress   = wire.ErrAddress
	ErrTooLong   = errors.New("does not fit one frame")
)
