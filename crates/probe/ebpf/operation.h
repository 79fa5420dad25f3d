/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* How an operation is told: who did it, numbers, up to three texts, and the process it was done to. */

static __always_inline struct scratch *begin_operation(__u32 code, __u64 a, __u64 b, __u64 c, __u64 d)
{
	__u32 slot = SCRATCH_FILE;
	struct scratch *scratch = bpf_map_lookup_elem(&scratches, &slot);

	if (!scratch)
		return NULL;
	fill_actor(&scratch->header, bpf_get_current_task_btf());
	scratch->operation.code = code;
	scratch->operation.args[0] = a;
	scratch->operation.args[1] = b;
	scratch->operation.args[2] = c;
	scratch->operation.args[3] = d;
	scratch->operation.target_start_ns = 0;
	scratch->operation.target_pid = 0;
	scratch->operation.target_uid = 0;
	scratch->operation.text_len = 0;
	scratch->operation.more_len = 0;
	scratch->operation.last_len = 0;
	scratch->operation.reserved = 0;
	scratch->operation.reserved2 = 0;
	return scratch;
}

static __always_inline void send_operation(struct scratch *scratch, __u32 used)
{
	send_scratch(&bulk, RING_BULK, scratch, BZ_OPERATION, used);
}

static __always_inline int send_bare(__u32 code, __u64 a, __u64 b, __u64 c, __u64 d)
{
	struct scratch *scratch = begin_operation(code, a, b, c, d);

	if (scratch)
		send_operation(scratch, sizeof(struct bz_operation));
	return 0;
}

static __always_inline int send_path_operation(__u32 code, struct dentry *dentry,
					       struct vfsmount *mount, __u64 a, __u64 b, __u64 c,
					       __u64 d)
{
	struct scratch *scratch = begin_operation(code, a, b, c, d);
	__u32 flags = 0, length;

	if (!scratch)
		return 0;
	length = append_path(scratch, sizeof(struct bz_operation), dentry, mount, &flags);
	scratch->header.flags |= flags;
	scratch->operation.text_len = length;
	send_operation(scratch, sizeof(struct bz_operation) + length);
	return 0;
}

static __always_inline int send_file_operation(__u32 code, struct file *file, __u64 a, __u64 b,
					       __u64 c, __u64 d)
{
	return send_path_operation(code, BPF_CORE_READ(file, f_path.dentry),
				   BPF_CORE_READ(file, f_path.mnt), a, b, c, d);
}

/* Appends text of the process and returns its length without the terminator. */
static __always_inline __u32 append_user_text(struct scratch *scratch, __u32 used, unsigned long text)
{
	long length;

	length = bpf_probe_read_user_str(scratch->bytes + masked(used, OFFSET_MASK), BZ_NAME_MAX,
					 (void *)text);
	if (length <= 1 || length > BZ_NAME_MAX)
		return 0;
	if (length == BZ_NAME_MAX)
		scratch->header.flags |= BZ_F_NAME_CUT;
	return length - 1;
}

static __always_inline __u32 append_kernel_text(struct scratch *scratch, __u32 used, const void *text)
{
	long length;

	length = bpf_probe_read_kernel_str(scratch->bytes + masked(used, OFFSET_MASK), BZ_NAME_MAX,
					   text);
	return length <= 1 || length > BZ_NAME_MAX ? 0 : length - 1;
}

/* An operation with up to three texts of the process. */
static __always_inline int send_user_texts(__u32 code, unsigned long text, unsigned long more,
					   unsigned long last, __u64 a, __u64 b)
{
	struct scratch *scratch = begin_operation(code, a, b, 0, 0);
	__u32 used = sizeof(struct bz_operation), length;

	if (!scratch)
		return 0;
	length = append_user_text(scratch, used, text);
	scratch->operation.text_len = length;
	used += length;
	length = more ? append_user_text(scratch, used, more) : 0;
	scratch->operation.more_len = length;
	used += length;
	length = last ? append_user_text(scratch, used, last) : 0;
	scratch->operation.last_len = length;
	used += length;
	send_operation(scratch, used);
	return 0;
}

static __always_inline __u32 pid_level(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return BPF_CORE_READ(task, thread_pid, level);
}
