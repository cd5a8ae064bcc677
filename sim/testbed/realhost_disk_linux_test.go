package testbed

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestRealHostDisk: the working directory is on a disk of its size, with the
// files of the host. It can be filled up to a share, what was written before
// counts, and healing gives it back. It survives a crash, filled as it was.
func TestRealHostDisk(t *testing.T) {
	b := open(t, realHost(topology.Exec{
		// In blocks of 4 KiB: the size of the disk, what an earlier life has left, and
		// what is free whenever that changes.
		Run: []string{"./disk"}, Name: "disk", Watch: ".", Disk: 4 << 20,
		Files: map[string]string{"disk": `#!/bin/sh
			echo total $(stat -f -c %b .)
			echo kept $(cat life 2>/dev/null)
			echo one > life
			was=
			while sleep 0.01; do
				now=$(stat -f -c %a .)
				test $now = "$was" || echo free $now
				was=$now
			done 2>/dev/null`},
	}), Options{})
	b.await(said, "disk: total 1024")
	b.await(said, "disk: free 1022") // two files have a block each
	heal := b.inject("fill web disk 100%")
	b.await(said, "disk: free 0")
	heal()
	b.await(said, "disk: free 1022")
	b.inject("fill web disk 75%")
	b.await(said, "disk: free 256")
	b.inject("fill web disk 50%") // replaces it
	b.await(said, "disk: free 512")
	b.inject("crash web")
	b.inject("boot web")
	b.await(said, "disk: free 512")
	b.inject("fill web disk 0%")
	b.await(said, "disk: free 1022")
	b.end()
	want := []string{
		"disk: total 1024", "disk: kept", "disk: free 1022", "disk: free 0", "disk: free 1022", "disk: free 256", "disk: free 512",
		"disk: total 1024", "disk: kept one", "disk: free 512", "disk: free 1022",
	}
	if got := b.happened(said); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	b.Close()
	nothingLeft(t)
}

// TestRealHostUser: the programs of a host are started as its user, who owns
// the working directory and what is in it, on a disk and without one.
func TestRealHostUser(t *testing.T) {
	needNamespaces(t)
	if !netns.HasUsers() {
		t.Skip("only one user id is mapped: to become another user needs root")
	}
	for _, disk := range []int64{0, 4 << 20} {
		b := open(t, realHost(topology.Exec{
			Run: []string{"./who"}, Name: "who", Watch: ".", User: "nobody", Disk: disk,
			Files: map[string]string{
				"who":     "#!/bin/sh\necho $(id -un) $(id -G | wc -w) $USER $HOME | sed s,$PWD,home,\nstat -c '%n %U' . conf conf/it /run\ntouch conf/new /run/new && echo writes",
				"conf/it": "nothing",
			},
		}), Options{})
		// Nobody may enter a test's own temporary folder but its owner.
		if err := os.Chmod(filepath.Dir(os.TempDir()), 0o711); err != nil {
			t.Fatal(err)
		}
		b.await(said, "who: writes")
		b.end()
		want := []string{"who: nobody 1 nobody home", "who: . nobody", "who: conf nobody", "who: conf/it nobody", "who: /run nobody", "who: writes"}
		if got := b.happened(said); !slices.Equal(got, want) {
			t.Errorf("disk of %d: got %q, want %q", disk, got, want)
		}
		b.Close()
		nothingLeft(t)
	}
}
