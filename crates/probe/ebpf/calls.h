/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What a process does to another, to its own identity, and what it tries in vain to execute. */

#define PTRACE_POKETEXT 4
#define PTRACE_POKEDATA 5
#define PTRACE_POKEUSR 6
#define PTRACE_SETREGS 13
#define PTRACE_ATTACH 16
#define PTRACE_SETREGSET 0x4205
#define PTRACE_SEIZE 0x4206

#define PR_SET_NAME 15
#define PR_SET_MM 35

#define ENOENT 2
#define SIGKILL 9
#define SIGTERM 15
#define SIGSTOP 19
#define SI_USER 0
#define SI_QUEUE -1
#define SI_TKILL -6

static __always_inline bool is_reaching_in(long request)
{
	switch (request) {
	case PTRACE_POKETEXT:
	case PTRACE_POKEDATA:
	case PTRACE_POKEUSR:
	case PTRACE_SETREGS:
	case PTRACE_SETREGSET:
	case PTRACE_ATTACH:
	case PTRACE_SEIZE:
		return true;
	}
	return false;
}

/* A process named by its number in the caller's namespace. */
static __always_inline int on_reach(__u32 code, __u64 how, __u64 pid)
{
	if (is_own() || pid == 0)
		return 0;
	if (is_said(code, pid << 16 | (how & 0xffff), SAID_WINDOW_NS)) {
		count_merged(BZ_OPERATION);
		return 0;
	}
	return send_bare(code, how, pid, pid_level(), 0);
}

#define PID_FS_MAGIC 0x50494446

/* A descriptor of a process is a file of its own filesystem since 6.9. */
static __always_inline struct pid *pid_behind(struct file *file)
{
	if (BPF_CORE_READ(file, f_inode, i_sb, s_magic) == PID_FS_MAGIC)
		return BPF_CORE_READ(file, f_inode, i_private);
	return BPF_CORE_READ(file, private_data);
}

/* For sys_exit of ptrace, process_vm_readv, process_vm_writev and pidfd_getfd. */
SEC("tracepoint")
int bz_reach(struct syscall_exit *context)
{
	struct file *file;
	struct pid *pid;

	if (context->ret < 0)
		return 0;
	switch (context->id) {
	case __NR_ptrace:
		if (!is_reaching_in(argument(0)))
			return 0;
		return on_reach(BZ_OP_PTRACE, argument(0), argument(1));
	case __NR_process_vm_writev:
		return on_reach(BZ_OP_MEMORY_WRITE, 0, argument(0));
	case __NR_process_vm_readv:
		return on_reach(BZ_OP_MEMORY_READ, 0, argument(0));
	case __NR_pidfd_getfd:
		file = file_of(argument(0));
		pid = file ? pid_behind(file) : NULL;
		if (!pid || is_own())
			return 0;
		return send_bare(BZ_OP_FD_TAKEN, argument(1), BPF_CORE_READ(pid, numbers[0].nr), 0, 0);
	}
	return 0;
}

/*
 * Signals that matter: across users, to a service, to the sensor. What a shell does to its own jobs
 * and what the kernel itself sends does not.
 */
SEC("tp_btf/signal_generate")
int BPF_PROG(bz_signal, int signal, struct kernel_siginfo *info, struct task_struct *target)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct bz_operation record = {};
	__u32 target_pid, target_uid;
	int code;

	if ((unsigned long)info <= 1)
		return 0;
	code = BPF_CORE_READ(info, si_code);
	if (code != SI_USER && code != SI_QUEUE && code != SI_TKILL)
		return 0;
	target_pid = BPF_CORE_READ(target, tgid);
	if (task->tgid == target_pid || signal == 0 || is_own())
		return 0;
	target_uid = BPF_CORE_READ(target, cred, uid.val);
	if (target_pid != own_pid) {
		bool ending = signal == SIGKILL || signal == SIGTERM || signal == SIGSTOP;
		bool service = BPF_CORE_READ(target, real_parent, tgid) == 1;

		if (task->tgid == 1 ||
		    (BPF_CORE_READ(task, cred, euid.val) == target_uid && !(ending && service)))
			return 0;
	}
	if (is_said(BZ_OP_SIGNAL, (__u64)target_pid << 8 | signal, SAID_WINDOW_NS)) {
		count_merged(BZ_OPERATION);
		return 0;
	}
	fill_actor(&record.header, task);
	record.code = BZ_OP_SIGNAL;
	record.args[0] = signal;
	record.target_pid = target_pid;
	record.target_uid = target_uid;
	record.target_start_ns = BPF_CORE_READ(target, group_leader, start_boottime);
	stamp(&record.header, BZ_OPERATION, sizeof(record), RING_BULK);
	count(BZ_OPERATION, bpf_ringbuf_output(&bulk, &record, sizeof(record), BPF_RB_NO_WAKEUP) == 0,
	      sizeof(record));
	return 0;
}

/* For sys_exit of the set*id family and capset: the header says who the process is now. */
SEC("tracepoint")
int bz_identity(struct syscall_exit *context)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (context->ret != 0 || is_own())
		return 0;
	return send_bare(BZ_OP_SET_ID, effective_capabilities(task), context->id, 0, 0);
}

/* For sys_exit_prctl: only a main thread's name is the process's name. */
SEC("tracepoint")
int bz_prctl(struct syscall_exit *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct scratch *scratch;
	unsigned long option;
	__u32 length;

	if (context->ret != 0 || task->pid != task->tgid)
		return 0;
	option = argument(0);
	if ((option != PR_SET_NAME && option != PR_SET_MM) || is_own())
		return 0;
	if (is_said(BZ_OP_NAME_CHANGED, option << 8 | (argument(1) & 0xff), SAID_WINDOW_NS)) {
		count_merged(BZ_OPERATION);
		return 0;
	}
	scratch = begin_operation(BZ_OP_NAME_CHANGED, option, argument(1), 0, 0);
	if (!scratch)
		return 0;
	length = append_kernel_text(scratch, sizeof(struct bz_operation), task->comm);
	scratch->operation.text_len = length;
	send_operation(scratch, sizeof(struct bz_operation) + length);
	return 0;
}

/* For sys_exit of execve and execveat. Names that do not exist are the shell looking along its path. */
SEC("tracepoint")
int bz_exec_failed(struct syscall_exit *context)
{
	unsigned long name;

	if (context->ret >= 0 || context->ret == -ENOENT || is_own())
		return 0;
	name = argument(context->id == __NR_execve ? 0 : 1);
	if (is_said(BZ_OP_EXEC_FAILED, name, SAID_WINDOW_NS)) {
		count_merged(BZ_OPERATION);
		return 0;
	}
	return send_user_texts(BZ_OP_EXEC_FAILED, name, 0, 0, -context->ret, 0);
}
