// SPDX-License-Identifier: GPL-2.0
/*
 * What the tests need inside the machine and busybox can't do: system calls with a wrong address, ioctls, futexes.
 * Linked statically. Prints the result, or the name of the error.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/random.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Never mapped. */
#define BAD_ADDRESS ((void *)0x1000)

static int open_or_exit(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0) {
		perror(path);
		exit(2);
	}
	return fd;
}

static int report(long ret)
{
	if (ret < 0)
		puts(errno == EFAULT ? "EFAULT" : strerror(errno));
	else
		puts("ok");
	return 0;
}

static int random_ioctl(unsigned long cmd, void *arg)
{
	return ioctl(open_or_exit("/dev/urandom"), cmd, arg);
}

static long futex(unsigned int *word, int op, unsigned int count, unsigned long more, unsigned int *other)
{
	return syscall(SYS_futex, word, op, count, more, other, 0);
}

/* A process that is asleep in this call. */
static pid_t sleeper(unsigned int *word, int op)
{
	char path[32], state = 0;
	pid_t pid = fork();
	FILE *file;

	if (!pid) {
		futex(word, op, 0, 0, NULL);
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	while (state != 'S') {
		usleep(10000);
		file = fopen(path, "r");
		if (!file || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
			exit(2);
		fclose(file);
	}
	return pid;
}

/* What a process of that name finds: who waits, and who waits for a lock that it has. */
static int futexes(const char *name)
{
	unsigned int *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int *lock = word + 2;
	long requeued, woken;
	pid_t waits, wants;

	if (word == MAP_FAILED || futex(lock, FUTEX_LOCK_PI, 0, 0, NULL))
		return 2;
	waits = sleeper(word, FUTEX_WAIT);
	wants = sleeper(lock, FUTEX_LOCK_PI);
	prctl(PR_SET_NAME, name);
	requeued = futex(word, FUTEX_CMP_REQUEUE, 0, 1, word + 1);
	woken = futex(requeued ? word + 1 : word, FUTEX_WAKE, 1, 0, NULL);
	futex(lock, FUTEX_UNLOCK_PI, 0, 0, NULL);
	printf("requeued %ld, woken %ld, %s\n", requeued, woken,
	       (*lock & FUTEX_TID_MASK) == (unsigned int)wants ? "passed on"
	       : *lock                                         ? "kept"
							       : "nobody has it");
	kill(waits, SIGKILL);
	kill(wants, SIGKILL);
	while (wait(NULL) > 0)
		;
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int count;

	if (argc == 3 && !strcmp(what, "getdents-fault"))
		return report(syscall(SYS_getdents64, open_or_exit(argv[2]), BAD_ADDRESS, 4096));
	if (!strcmp(what, "random-fault"))
		return report(random_ioctl(RNDGETENTCNT, BAD_ADDRESS));
	if (!strcmp(what, "random-reseed"))
		return report(random_ioctl(RNDRESEEDCRNG, NULL));
	if (!strcmp(what, "random-count")) {
		if (random_ioctl(RNDGETENTCNT, &count))
			return report(-1);
		printf("%d\n", count);
		return 0;
	}
	if (argc == 3 && !strcmp(what, "futex"))
		return futexes(argv[2]);
	fprintf(stderr,
		"usage: helper getdents-fault DIR | futex NAME | random-fault | random-reseed | random-count\n");
	return 2;
}
