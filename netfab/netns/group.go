package netns

import "errors"

// ErrGroup says that a Group cannot do what it was asked, since the machine has
// no cgroup for it; Group.Limits says which.
var ErrGroup = errors.New("no cgroup for it")
