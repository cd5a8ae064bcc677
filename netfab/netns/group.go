package netns

import "errors"

// ErrGroup reports that a Group does not support an operation because the
// machine has no cgroup for it; Group.Limits says which.
var ErrGroup = errors.New("no cgroup for it")
