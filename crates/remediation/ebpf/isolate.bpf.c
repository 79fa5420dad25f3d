// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
/*
 * Isolation at the root of the control groups: every packet that a socket of the machine sends or receives passes here,
 * whatever the firewall says, and in every network namespace.
 *
 * The time when the device frees itself stands in the map and is judged by the kernel's clock, so it does so even when
 * the sensor is gone. What stays reachable: the machine itself, the server, what its settings leave open, and what an
 * address on the local network needs to stay valid (neighbour discovery, an answer to a broadcast for an address).
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/icmpv6.h>
#include <linux/udp.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

#include "kernel_types.h"

#define PASS 1
#define DROP 0
#define LOOPBACK 1

#define AF_INET 2
#define AF_INET6 10

/* Programs that are left open, and the sensor itself. */
#define MAY_ALL 1
#define MAY_SERVER 2

struct settings {
	/* When the device frees itself, nanoseconds since boot; 0 is not isolated. */
	__u64 until;
	/* The server's port, in network order: the sensor may look for its server at other addresses there. */
	__u32 server_port;
	__u32 unused;
};

struct network4 {
	__u32 length;
	__u32 address;
};

struct network6 {
	__u32 length;
	__u32 address[4];
};

struct executable {
	__u64 device;
	__u64 inode;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct settings);
} bz_settings SEC(".maps");

/* Networks that stay reachable; the value is the only port, in network order, or 0 for all. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct network4);
	__type(value, __u32);
} bz_networks4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct network6);
	__type(value, __u32);
} bz_networks6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct executable);
	__type(value, __u32);
} bz_programs SEC(".maps");

/* Sockets of programs that are left open, by cookie; what they may. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, __u32);
} bz_sockets SEC(".maps");

/* How much was stopped: 0 out, 1 in, 2 connections. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} bz_stopped SEC(".maps");

static __always_inline int stop(__u32 what)
{
	__u64 *count = bpf_map_lookup_elem(&bz_stopped, &what);

	if (count)
		__sync_fetch_and_add(count, 1);
	return DROP;
}

static __always_inline struct settings *isolated(void)
{
	__u32 zero = 0;
	struct settings *settings = bpf_map_lookup_elem(&bz_settings, &zero);

	if (!settings || !settings->until || bpf_ktime_get_boot_ns() >= settings->until)
		return NULL;
	return settings;
}

static __always_inline bool is_port(__u32 *allowed, __u16 port)
{
	return allowed && (*allowed == 0 || *allowed == port);
}

static __always_inline bool is_open4(__u32 address, __u16 port)
{
	struct network4 key = { .length = 32, .address = address };

	if ((bpf_ntohl(address) >> 24) == 127)
		return true;
	return is_port(bpf_map_lookup_elem(&bz_networks4, &key), port);
}

static __always_inline bool is_open6(const __u32 address[4], __u16 port)
{
	struct network6 key = { .length = 128 };

	key.address[0] = address[0];
	key.address[1] = address[1];
	key.address[2] = address[2];
	key.address[3] = address[3];
	if (!address[0] && !address[1]) {
		if (!address[2] && address[3] == bpf_htonl(1))
			return true;
		if (address[2] == bpf_htonl(0xffff))
			return is_open4(address[3], port);
	}
	return is_port(bpf_map_lookup_elem(&bz_networks6, &key), port);
}

/* What a socket's owner may, when it was seen to connect. */
static __always_inline bool is_own(struct __sk_buff *skb, struct settings *settings, __u16 port)
{
	__u64 cookie = bpf_get_socket_cookie(skb);
	__u32 *may = cookie ? bpf_map_lookup_elem(&bz_sockets, &cookie) : NULL;

	if (!may)
		return false;
	return (*may & MAY_ALL) || port == (__u16)settings->server_port || port == bpf_htons(53);
}

/* The other side's port, for protocols that have ports. */
static __always_inline __u16 port_of(struct __sk_buff *skb, __u8 protocol, __u32 at, bool out)
{
	__u16 ports[2] = {};

	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return 0;
	if (bpf_skb_load_bytes(skb, at, ports, sizeof(ports)))
		return 0;
	return out ? ports[1] : ports[0];
}

/* A broadcast for an address, and the answer to it. */
static __always_inline bool is_address_request(struct __sk_buff *skb, __u32 to, __u32 at, bool out)
{
	__u16 ports[2] = {};

	if (bpf_skb_load_bytes(skb, at, ports, sizeof(ports)))
		return false;
	if (out)
		return to == 0xffffffff && ports[0] == bpf_htons(68) && ports[1] == bpf_htons(67);
	return ports[0] == bpf_htons(67) && ports[1] == bpf_htons(68);
}

static __always_inline int judge4(struct __sk_buff *skb, struct settings *settings, bool out)
{
	struct iphdr ip;

	if (bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)))
		return DROP;
	__u32 at = ip.ihl * 4;
	__u32 other = out ? ip.daddr : ip.saddr;
	__u16 port = port_of(skb, ip.protocol, at, out);

	if (is_open4(other, port) || is_own(skb, settings, port))
		return PASS;
	if (ip.protocol == IPPROTO_UDP && is_address_request(skb, ip.daddr, at, out))
		return PASS;
	return DROP;
}

static __always_inline int judge6(struct __sk_buff *skb, struct settings *settings, bool out)
{
	struct ipv6hdr ip;

	if (bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)))
		return DROP;
	const __u32 *other = out ? ip.daddr.in6_u.u6_addr32 : ip.saddr.in6_u.u6_addr32;
	__u16 port = port_of(skb, ip.nexthdr, sizeof(ip), out);

	if (is_open6(other, port) || is_own(skb, settings, port))
		return PASS;
	if (ip.nexthdr == IPPROTO_ICMPV6 && ip.hop_limit == 255) {
		__u8 type = 0;

		/* Neighbour discovery stays on the link: it is only valid with a hop limit that no router left. */
		if (!bpf_skb_load_bytes(skb, sizeof(ip), &type, sizeof(type)) && type >= 133 && type <= 136)
			return PASS;
	}
	return DROP;
}

static __always_inline int judge(struct __sk_buff *skb, bool out)
{
	struct settings *settings = isolated();

	if (!settings || skb->ifindex == LOOPBACK)
		return PASS;
	if (skb->protocol == bpf_htons(ETH_P_IP))
		return judge4(skb, settings, out);
	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return judge6(skb, settings, out);
	return PASS;
}

SEC("cgroup_skb/egress")
int bz_isolate_out(struct __sk_buff *skb)
{
	return judge(skb, true) == PASS ? PASS : stop(0);
}

SEC("cgroup_skb/ingress")
int bz_isolate_in(struct __sk_buff *skb)
{
	return judge(skb, false) == PASS ? PASS : stop(1);
}

/* What the program that runs now may. */
static __always_inline __u32 may(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct inode *inode = BPF_CORE_READ(task, mm, exe_file, f_inode);
	struct executable key = {
		.device = BPF_CORE_READ(inode, i_sb, s_dev),
		.inode = BPF_CORE_READ(inode, i_ino),
	};
	__u32 *may = bpf_map_lookup_elem(&bz_programs, &key);

	return may ? *may : 0;
}

/*
 * A connection is refused at once, so that programs are told and need not wait. Sockets of programs that are left open
 * are remembered here; packets are judged by that.
 */
static __always_inline int connect(struct bpf_sock_addr *context, bool open)
{
	struct settings *settings = isolated();
	__u32 allowed = may();
	__u16 port = (__u16)context->user_port;

	if (allowed) {
		__u64 cookie = bpf_get_socket_cookie(context);

		bpf_map_update_elem(&bz_sockets, &cookie, &allowed, BPF_ANY);
	}
	if (!settings || open || (allowed & MAY_ALL))
		return PASS;
	if (allowed && (port == (__u16)settings->server_port || port == bpf_htons(53)))
		return PASS;
	return stop(2);
}

static __always_inline int connect4(struct bpf_sock_addr *context)
{
	return connect(context, is_open4(context->user_ip4, (__u16)context->user_port));
}

static __always_inline int connect6(struct bpf_sock_addr *context)
{
	__u32 address[4] = {
		context->user_ip6[0], context->user_ip6[1], context->user_ip6[2], context->user_ip6[3],
	};

	return connect(context, is_open6(address, (__u16)context->user_port));
}

SEC("cgroup/connect4")
int bz_connect4(struct bpf_sock_addr *context)
{
	return connect4(context);
}

SEC("cgroup/connect6")
int bz_connect6(struct bpf_sock_addr *context)
{
	return connect6(context);
}

SEC("cgroup/sendmsg4")
int bz_sendmsg4(struct bpf_sock_addr *context)
{
	return connect4(context);
}

SEC("cgroup/sendmsg6")
int bz_sendmsg6(struct bpf_sock_addr *context)
{
	return connect6(context);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
