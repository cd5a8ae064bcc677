package netns

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// Disk is a file system of a limited size for the programs of one node. It is
// in memory, and in a mount namespace of its own, so only programs that are
// started in that namespace see it where it is mounted. When nobody refers to
// the namespace any more, even after this process was killed, the kernel
// removes it with everything that was written.
type Disk struct {
	mounts *os.File // the mount namespace
	root   *os.File // the folder on which it is mounted
}

// NewDisk makes an empty disk that is mounted on a folder and belongs to a
// user. The size is in bytes; files take whole pages of memory.
func NewDisk(folder string, size int64, owner Identity) (*Disk, error) {
	d := &Disk{}
	if err := onMounts(func() error { return d.mount(folder, size, owner) }); err != nil {
		_ = d.Close() // nothing was written
		return nil, fmt.Errorf("netns: disk of %d bytes on %s: %w", size, folder, err)
	}
	return d, nil
}

// onMounts runs f on a thread that is inside a new mount namespace, and brings
// the thread back. One that cannot come back waits for the end of the process:
// if it ended, so would the processes that it once started with a death signal
// of their parent.
func onMounts(f func() error) error {
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		home, err := holdPlace()
		if err != nil {
			runtime.UnlockOSThread()
			result <- err
			return
		}
		defer home.close()
		if err := unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS); err != nil {
			runtime.UnlockOSThread()
			result <- explain("unshare mounts", err)
			return
		}
		err = f()
		if back := home.enter(); back != nil {
			result <- errors.Join(err, fmt.Errorf("leave mounts: %w", back))
			select {}
		}
		runtime.UnlockOSThread()
		result <- err
	}()
	return <-result
}

// place is where a thread is: its mounts, its root and its working directory.
type place struct{ mounts, root, folder *os.File }

func holdPlace() (p place, err error) {
	if p.mounts, err = os.Open("/proc/thread-self/ns/mnt"); err == nil {
		p.root, err = os.Open("/")
	}
	if err == nil {
		p.folder, err = os.Open(".")
	}
	if err != nil {
		p.close()
	}
	return p, err
}

// enter moves the calling thread, which shares its root with no other, to the
// place.
func (p place) enter() error {
	if err := unix.Setns(int(p.mounts.Fd()), unix.CLONE_NEWNS); err != nil {
		return err
	}
	if err := unix.Fchdir(int(p.root.Fd())); err != nil {
		return err
	}
	if err := unix.Chroot("."); err != nil {
		return err
	}
	return unix.Fchdir(int(p.folder.Fd()))
}

func (p place) close() {
	for _, file := range []*os.File{p.mounts, p.root, p.folder} {
		if file != nil {
			file.Close()
		}
	}
}

func (d *Disk) mount(folder string, size int64, owner Identity) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return explain("make mounts private", err)
	}
	options := fmt.Sprintf("size=%d,mode=755,uid=%d,gid=%d", size, owner.User, owner.Group)
	if err := unix.Mount("tmpfs", folder, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		return explain("mount", err)
	}
	var err error
	if d.mounts, err = os.Open("/proc/thread-self/ns/mnt"); err != nil {
		return err
	}
	d.root, err = os.Open(folder)
	return err
}

// Path leads this process to the disk's folder, until Close.
func (d *Disk) Path() string { return fmt.Sprintf("/proc/self/fd/%d", d.root.Fd()) }

// Mounts is the mount namespace in which the disk is mounted. The Disk still
// owns the file.
func (d *Disk) Mounts() *os.File { return d.mounts }

// fillName is the file that fills a disk.
const fillName = ".filled"

// fillTries is how often a disk is filled up again of which somebody else took
// or gave something meanwhile.
const fillTries = 10

// Fill writes a file that leaves the given share of the disk used, 1 is all of
// it; what the disk had before counts. An earlier file goes first. A disk of
// which more is used stays as it is.
func (d *Disk) Fill(share float64) error {
	if err := d.Empty(); err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(d.Path(), fillName), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("netns: fill disk: %w", err)
	}
	defer file.Close()
	for range fillTries {
		var s unix.Statfs_t
		if err = unix.Fstatfs(int(d.root.Fd()), &s); err != nil {
			break
		}
		wanted := (int64(share*float64(s.Blocks)) - int64(s.Blocks-s.Bfree)) * s.Bsize
		if wanted <= 0 {
			return nil
		}
		err = unix.Fallocate(int(file.Fd()), 0, 0, wanted)
		if !errors.Is(err, unix.ENOSPC) && !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		return errors.Join(fmt.Errorf("netns: fill disk: %w", err), d.Empty())
	}
	return nil
}

// Empty removes the file of Fill; without one it does nothing.
func (d *Disk) Empty() error {
	err := os.Remove(filepath.Join(d.Path(), fillName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("netns: empty disk: %w", err)
	}
	return nil
}

// Close lets go of the disk. It is gone once no process is in its namespace.
func (d *Disk) Close() error {
	var errs []error
	for _, file := range []*os.File{d.root, d.mounts} {
		if file != nil {
			errs = append(errs, file.Close())
		}
	}
	return errors.Join(errs...)
}

// EnterMounts moves the calling thread, which must be locked, into a mount
// namespace, and keeps its working directory by name.
func EnterMounts(mounts *os.File) error {
	folder, err := os.Getwd()
	if err != nil {
		return err
	}
	if err := unix.Unshare(unix.CLONE_FS); err != nil { // who shares a root cannot enter
		return fmt.Errorf("netns: unshare root: %w", err)
	}
	if err := unix.Setns(int(mounts.Fd()), unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("netns: enter mounts: %w", err)
	}
	return unix.Chdir(folder)
}

// Identity is a user and his group, as the kernel knows them. The zero value is
// root.
type Identity struct{ User, Group int }

// String implements fmt.Stringer: ParseIdentity reads it.
func (i Identity) String() string { return fmt.Sprintf("%d:%d", i.User, i.Group) }

// ParseIdentity reads what String wrote.
func ParseIdentity(text string) (i Identity, err error) {
	if _, err = fmt.Sscanf(text, "%d:%d", &i.User, &i.Group); err != nil || i.String() != text {
		return i, fmt.Errorf("netns: identity: got %s, want numbers such as 105:113", strconv.Quote(text))
	}
	return i, nil
}

// Become gives this process another identity, without further groups, and has
// the kernel kill it when its parent dies, which a change of identity undoes.
// Only the calling thread, which must be locked, has that death signal.
func Become(i Identity) error {
	err := errors.Join(unix.Setgroups(nil), unix.Setresgid(i.Group, i.Group, i.Group), unix.Setresuid(i.User, i.User, i.User),
		unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0))
	if err != nil {
		return fmt.Errorf("netns: become %s: %w", i, err)
	}
	return nil
}
