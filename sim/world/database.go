package world

import (
	"github.com/cablepull/cablepull/node/database"
	"github.com/cablepull/cablepull/sim/topology"
)

// openDatabase makes the store of the node's database, unless an earlier boot
// has left it: in this process, or on the disk of the machine's processes.
func (n *Node) openDatabase(cfg topology.Database) error {
	if n.database != nil {
		return nil
	}
	n.database = database.NewStore(cfg)
	var err error
	n.database.OnChange, err = journal(n, "database", n.database.Redo)
	return err
}
