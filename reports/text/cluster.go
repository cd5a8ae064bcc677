package text

import "github.com/cablepull/cablepull/sim/event"

// describeCluster is about members of clusters. What they do as long as all is
// well, such as to send messages, is left to the measures.
func describeCluster(body event.Body) (note, bool) {
	switch b := body.(type) {
	case event.ClusterStateChanged:
		switch b.State {
		case "joined":
			return say(good, "cluster: joined, members %s", b.Members), true
		case "merging":
			return say(warn, "cluster: leaves its cluster and joins that of %s", b.Reason), true
		case "stopped":
			return say(bad, "cluster: stopped: %s", b.Reason), true
		}
		return say(plain, "cluster: looks for members"), true
	case event.ClusterMemberChanged:
		if b.State == "added" {
			return say(good, "cluster: %s is a member", b.Member), true
		}
		return say(warn, "cluster: %s is removed: %s; members %s", b.Member, b.Reason, orNobody(b.Members)), true
	case event.ClusterCoordinatorChanged:
		if b.Coordinator {
			return say(good, "cluster: is the coordinator"), true
		}
		return say(plain, "cluster: is the coordinator no more"), true
	case event.ClusterMessagesMissed:
		return say(bad, "cluster: missed %d messages of %s, from %s on", b.Count, b.From, b.First), true
	}
	return note{}, false
}

func orNobody(members string) string {
	if members == "" {
		return "nobody"
	}
	return members
}
