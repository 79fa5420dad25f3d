/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Connections: the cgroup hooks see every connect(2) in its process, UDP and unroutable targets
 * included; the socket's state changes tell how a TCP connection went, often outside any process.
 */

#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define TCP_ESTABLISHED 1
#define TCP_SYN_SENT 2
#define TCP_CLOSE 7
#define TCP_LISTEN 10

#include "dns.h"

/* Attempts whose end is not known yet, by socket cookie. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, struct bz_connect);
} attempts SEC(".maps");

struct datagrams_key {
	__u64 start_ns;
	__u8 address[16];
	__u32 pid;
	__u16 port;
	__u16 family;
};

/* When a process last sent to an address without connecting; sending is far too frequent to tell. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct datagrams_key);
	__type(value, __u64);
} datagrams SEC(".maps");

#define DATAGRAM_WINDOW_NS (10 * 1000000000ull)

static __always_inline void send_connect(struct bz_connect *record)
{
	stamp(&record->header, BZ_CONNECT, sizeof(*record), RING_BULK);
	count(BZ_CONNECT,
	      bpf_ringbuf_output(&bulk, record, sizeof(*record), BPF_RB_NO_WAKEUP) == 0,
	      sizeof(*record));
}

/*
 * A process that connects to one place over and over is told this often in each window; the rest is
 * counted. A scan goes to many places and is told in full.
 */
#define FLOOD_WINDOW_NS (10 * 1000000000ull)
#define FLOOD_ALLOWED 64

struct flood {
	__u64 since_ns;
	__u64 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct datagrams_key);
	__type(value, struct flood);
} floods SEC(".maps");

static __always_inline bool is_flood(struct bz_connect *record)
{
	struct datagrams_key key = {
		.start_ns = record->header.start_ns,
		.pid = record->header.pid,
		.port = record->remote_port,
		.family = record->family,
	};
	struct flood begun = { .since_ns = bpf_ktime_get_boot_ns(), .count = 1 }, *flood;

	__builtin_memcpy(key.address, record->remote_address, sizeof(key.address));
	flood = bpf_map_lookup_elem(&floods, &key);
	if (!flood || begun.since_ns - flood->since_ns > FLOOD_WINDOW_NS) {
		bpf_map_update_elem(&floods, &key, &begun, BPF_ANY);
		return false;
	}
	return __sync_fetch_and_add(&flood->count, 1) >= FLOOD_ALLOWED;
}

static __always_inline int on_connect(struct bpf_sock_addr *context, struct bz_connect *record)
{
	/* getaddrinfo connects UDP sockets to port 0 to learn its source address: nothing is sent. */
	if (is_own() || (context->type == SOCK_DGRAM && context->user_port == 0))
		return 1;
	if (context->type != SOCK_STREAM && context->type != SOCK_DGRAM)
		return 1;
	fill_actor(&record->header, bpf_get_current_task_btf());
	record->cookie = bpf_get_socket_cookie(context);
	record->phase = BZ_PHASE_ATTEMPT;
	record->protocol = context->type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
	record->remote_port = bpf_ntohs(context->user_port);
	record->muted = is_flood(record);
	if (context->type == SOCK_STREAM)
		bpf_map_update_elem(&attempts, &record->cookie, record, BPF_ANY);
	else if (record->remote_port == DNS_PORT)
		note_asker(record->cookie, &record->header);
	if (record->muted)
		count_merged(BZ_CONNECT);
	else
		send_connect(record);
	return 1;
}

/* UDP without connect(2): the first datagram of a window stands for the others. */
static __always_inline int on_datagram(struct bpf_sock_addr *context, struct bz_connect *record)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 now = bpf_ktime_get_boot_ns(), *last;
	struct datagrams_key key = {};

	if (is_own())
		return 1;
	key.pid = task->tgid;
	key.start_ns = task->group_leader->start_boottime;
	key.port = bpf_ntohs(context->user_port);
	key.family = record->family;
	__builtin_memcpy(key.address, record->remote_address, sizeof(key.address));
	record->cookie = bpf_get_socket_cookie(context);
	if (key.port == DNS_PORT) {
		fill_actor(&record->header, task);
		note_asker(record->cookie, &record->header);
	}
	last = bpf_map_lookup_elem(&datagrams, &key);
	if (last && now - *last < DATAGRAM_WINDOW_NS) {
		count_merged(BZ_CONNECT);
		return 1;
	}
	bpf_map_update_elem(&datagrams, &key, &now, BPF_ANY);
	fill_actor(&record->header, task);
	record->phase = BZ_PHASE_ATTEMPT;
	record->protocol = IPPROTO_UDP;
	record->remote_port = key.port;
	send_connect(record);
	return 1;
}

SEC("cgroup/connect4")
int bz_connect4(struct bpf_sock_addr *context)
{
	struct bz_connect record = { .family = 4 };
	__u32 address = context->user_ip4;

	__builtin_memcpy(record.remote_address, &address, sizeof(address));
	return on_connect(context, &record);
}

SEC("cgroup/connect6")
int bz_connect6(struct bpf_sock_addr *context)
{
	struct bz_connect record = { .family = 6 };
	__u32 address[4] = { context->user_ip6[0], context->user_ip6[1], context->user_ip6[2],
			     context->user_ip6[3] };

	__builtin_memcpy(record.remote_address, address, sizeof(address));
	return on_connect(context, &record);
}

SEC("cgroup/sendmsg4")
int bz_sendmsg4(struct bpf_sock_addr *context)
{
	struct bz_connect record = { .family = 4 };
	__u32 address = context->user_ip4;

	__builtin_memcpy(record.remote_address, &address, sizeof(address));
	return on_datagram(context, &record);
}

SEC("cgroup/sendmsg6")
int bz_sendmsg6(struct bpf_sock_addr *context)
{
	struct bz_connect record = { .family = 6 };
	__u32 address[4] = { context->user_ip6[0], context->user_ip6[1], context->user_ip6[2],
			     context->user_ip6[3] };

	__builtin_memcpy(record.remote_address, address, sizeof(address));
	return on_datagram(context, &record);
}

static __always_inline void fill_addresses(struct bz_connect *record, const struct sock *sk)
{
	__u32 address;

	record->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	record->remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET) {
		record->family = 4;
		address = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
		__builtin_memcpy(record->local_address, &address, sizeof(address));
		address = BPF_CORE_READ(sk, __sk_common.skc_daddr);
		__builtin_memcpy(record->remote_address, &address, sizeof(address));
		return;
	}
	record->family = 6;
	BPF_CORE_READ_INTO(&record->local_address, sk, __sk_common.skc_v6_rcv_saddr.in6_u.u6_addr8);
	BPF_CORE_READ_INTO(&record->remote_address, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr8);
}

/* In the process that connects or listens. */
static __always_inline void on_own_state(const struct sock *sk, __u64 cookie, __u8 phase)
{
	struct bz_connect record = {}, *known;

	if (is_own())
		return;
	known = phase == BZ_PHASE_ATTEMPT ? bpf_map_lookup_elem(&attempts, &cookie) : NULL;
	if (known) {
		fill_addresses(known, sk);
		return;
	}
	fill_actor(&record.header, bpf_get_current_task_btf());
	record.cookie = cookie;
	record.phase = phase;
	record.protocol = IPPROTO_TCP;
	fill_addresses(&record, sk);
	if (phase == BZ_PHASE_ATTEMPT)
		bpf_map_update_elem(&attempts, &cookie, &record, BPF_ANY);
	send_connect(&record);
}

/* Anywhere: the record of the attempt says who it was. */
static __always_inline void on_answer(const struct sock *sk, __u64 cookie, __u8 phase)
{
	struct bz_connect *known = bpf_map_lookup_elem(&attempts, &cookie);
	struct bz_connect record;

	if (!known)
		return;
	record = *known;
	bpf_map_delete_elem(&attempts, &cookie);
	if (record.muted)
		return;
	record.phase = phase;
	if (phase == BZ_PHASE_FAILED)
		record.error = BPF_CORE_READ(sk, sk_err);
	else
		fill_addresses(&record, sk);
	send_connect(&record);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(bz_sock_state, const struct sock *sk, int old_state, int new_state)
{
	__u64 cookie;

	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return 0;
	if (old_state != TCP_SYN_SENT && new_state != TCP_SYN_SENT && new_state != TCP_LISTEN)
		return 0;
	cookie = bpf_get_socket_cookie((void *)sk);
	if (new_state == TCP_SYN_SENT)
		on_own_state(sk, cookie, BZ_PHASE_ATTEMPT);
	else if (new_state == TCP_LISTEN)
		on_own_state(sk, cookie, BZ_PHASE_LISTEN);
	else if (new_state == TCP_ESTABLISHED)
		on_answer(sk, cookie, BZ_PHASE_ESTABLISHED);
	else if (new_state == TCP_CLOSE)
		on_answer(sk, cookie, BZ_PHASE_FAILED);
	return 0;
}
