/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What changes the machine or the process's view of it: modules, programs, mounts, namespaces, roots, clocks. */

#define BPF_COMMAND_PROG_LOAD 5
#define BPF_COMMAND_PROG_ATTACH 8
#define BPF_COMMAND_PROG_DETACH 9
#define BPF_COMMAND_LINK_DETACH 34
#define LINUX_REBOOT_CMD_CAD_OFF 0
#define LINUX_REBOOT_CMD_CAD_ON 0x89abcdef
#define BY_UNSHARE 1
#define BY_SETNS 2
#define BY_CLONE 3
#define NEW_ANY 0x7e020080 /* all CLONE_NEW flags */

#ifndef __NR_move_mount
#define __NR_move_mount 429
#endif

/* In the process that loads it, when the module is in memory and about to run. */
SEC("tp_btf/module_load")
int BPF_PROG(bz_module_load, struct module *module)
{
	struct scratch *scratch = begin_operation(BZ_OP_MODULE_LOAD, 0, 0, 0, 0);
	__u32 used = sizeof(struct bz_operation), length, flags = 0;
	struct file *file;

	if (!scratch || is_own())
		return 0;
	length = append_kernel_text(scratch, used, module->name);
	scratch->operation.text_len = length;
	used += length;
	/* finit_module was given the file; init_module only bytes. */
	file = file_of(argument(0));
	if (file && (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) == S_IFREG) {
		length = append_path(scratch, used, BPF_CORE_READ(file, f_path.dentry),
				     BPF_CORE_READ(file, f_path.mnt), &flags);
		scratch->operation.more_len = length;
		used += length;
	}
	send_operation(scratch, used);
	return 0;
}

static __always_inline int on_bpf(long result)
{
	__u32 command = argument(0);
	struct scratch *scratch;
	struct bpf_prog_aux *aux;
	struct bpf_prog *program;
	struct file *file;
	__u32 length;

	if (command != BPF_COMMAND_PROG_LOAD)
		return command == BPF_COMMAND_PROG_ATTACH || command == BPF_COMMAND_PROG_DETACH ||
				       command == BPF_COMMAND_LINK_DETACH ?
			       send_bare(BZ_OP_BPF, command, 0, 0, 0) :
			       0;
	file = file_of(result);
	program = file ? BPF_CORE_READ(file, private_data) : NULL;
	if (!program)
		return 0;
	aux = BPF_CORE_READ(program, aux);
	scratch = begin_operation(BZ_OP_BPF, command, BPF_CORE_READ(program, type),
				  BPF_CORE_READ(aux, id), 0);
	if (!scratch)
		return 0;
	length = append_kernel_text(scratch, sizeof(struct bz_operation), aux->name);
	scratch->operation.text_len = length;
	send_operation(scratch, sizeof(struct bz_operation) + length);
	return 0;
}

/* For sys_exit_bpf. */
SEC("tracepoint")
int bz_bpf(struct syscall_exit *context)
{
	return context->ret < 0 || is_own() ? 0 : on_bpf(context->ret);
}

/* For sys_exit of delete_module, kexec_load and kexec_file_load. */
SEC("tracepoint")
int bz_kernel(struct syscall_exit *context)
{
	struct file *file;

	if (context->ret < 0)
		return 0;
	switch (context->id) {
	case __NR_delete_module:
		return send_user_texts(BZ_OP_MODULE_UNLOAD, argument(0), 0, 0, 0, 0);
	case __NR_kexec_load:
		return send_bare(BZ_OP_KEXEC, argument(3), 0, 0, 0);
	case __NR_kexec_file_load:
		file = file_of(argument(0));
		return file ? send_file_operation(BZ_OP_KEXEC, file, argument(4), 0, 0, 0) : 0;
	}
	return 0;
}

/*
 * For sys_exit_reboot: what was refused. A restart that is granted does not come back, and nothing seen at its
 * beginning would reach anyone; but one program at the beginning of any call makes every call of the machine
 * slower, also those that nobody watches.
 */
SEC("tracepoint")
int bz_reboot(struct syscall_exit *context)
{
	__u32 command = argument(2);

	if (command == LINUX_REBOOT_CMD_CAD_OFF || command == LINUX_REBOOT_CMD_CAD_ON || is_own())
		return 0;
	return send_bare(BZ_OP_REBOOT, command, -context->ret, 0, 0);
}

/* For sys_exit of mount, umount2, move_mount and pivot_root. */
SEC("tracepoint")
int bz_mount(struct syscall_exit *context)
{
	if (context->ret != 0 || is_own())
		return 0;
	switch (context->id) {
	case __NR_mount:
		return send_user_texts(BZ_OP_MOUNT, argument(1), argument(0), argument(2),
				       argument(3), 0);
	case __NR_umount2:
		return send_user_texts(BZ_OP_UNMOUNT, argument(0), 0, 0, argument(1), 0);
	case __NR_move_mount:
		return send_user_texts(BZ_OP_MOUNT, argument(3), argument(1), 0, 0, 1);
	case __NR_pivot_root:
		return send_user_texts(BZ_OP_PIVOT_ROOT, argument(0), argument(1), 0, 0, 0);
	}
	return 0;
}

/* For sys_exit of unshare and setns. */
SEC("tracepoint")
int bz_namespace(struct syscall_exit *context)
{
	unsigned long flags;

	if (context->ret != 0 || is_own())
		return 0;
	if (context->id == __NR_unshare) {
		flags = argument(0) & NEW_ANY;
		return flags ? send_bare(BZ_OP_NAMESPACE, flags, BY_UNSHARE, 0, 0) : 0;
	}
	return send_bare(BZ_OP_NAMESPACE, argument(1), BY_SETNS, 0, 0);
}

/* For sys_exit_chroot: the new root itself, not what the call named. */
SEC("tracepoint")
int bz_chroot(struct syscall_exit *context)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);

	if (context->ret != 0 || is_own())
		return 0;
	return send_path_operation(BZ_OP_CHROOT, BPF_CORE_READ(fs, root.dentry),
				   BPF_CORE_READ(fs, root.mnt), 0, 0, 0, 0);
}

/* For sys_exit of clock_settime and settimeofday. */
SEC("tracepoint")
int bz_time(struct syscall_exit *context)
{
	unsigned long value = argument(context->id == __NR_settimeofday ? 0 : 1);
	__s64 seconds = 0;

	if (context->ret != 0 || !value || is_own())
		return 0;
	bpf_probe_read_user(&seconds, sizeof(seconds), (void *)value);
	return send_bare(BZ_OP_TIME_SET, context->id == __NR_settimeofday ? 0 : argument(0), seconds,
			 0, 0);
}
