#include "gate.h"

void oli_gate_init(oli_gate* gate, uint32_t places, void (*send)(ol_job* job)) {
  gate->send = send;
  gate->places = places;
  oli_mutex_init(&gate->lock);
  oli_queue_init(&gate->queue);
  gate->taken = 0;
  gate->sending = false;
}

void oli_gate_destroy(oli_gate* gate) {
  oli_mutex_destroy(&gate->lock);
}

static void gate_let_in_locked(oli_gate* gate, ol_job* job) {
  gate->taken++;
  job->gate = gate;
}

/* Those that wait go before who comes now, also while a place is free for the one of them that is
 * just being sent. */
bool oli_gate_enter(oli_gate* gate, ol_job* job) {
  oli_mutex_lock(&gate->lock);
  bool stopped = oli_job_is_void(job);
  bool full = gate->taken >= gate->places || gate->queue.len > 0;
  bool waits = full && !stopped && !job->task.at_once;
  if (waits) oli_queue_put(&gate->queue, &job->task);
  if (!full && !stopped) gate_let_in_locked(gate, job);
  oli_mutex_unlock(&gate->lock);
  return !waits;
}

bool oli_gate_withdraw(oli_gate* gate, ol_job* job) {
  oli_mutex_lock(&gate->lock);
  bool waits = job->gate == NULL && oli_queue_remove(&gate->queue, &job->task);
  oli_mutex_unlock(&gate->lock);
  return waits;
}

/* NULL: none waits, or no place is free. */
static ol_job* gate_next_locked(oli_gate* gate) {
  if (gate->taken >= gate->places) return NULL;
  oli_task* task = oli_queue_take(&gate->queue);
  if (task == NULL) return NULL;
  gate_let_in_locked(gate, oli_job_of(task));
  return oli_job_of(task);
}

/* One at a time: a job that cannot be sent is over at once, and leaves from within. That would be
 * as deep as there are jobs; so who sends already goes on with the place. */
void oli_gate_leave(oli_gate* gate) {
  ol_job* job;
  oli_mutex_lock(&gate->lock);
  gate->taken--;
  if (!gate->sending) {
    gate->sending = true;
    while ((job = gate_next_locked(gate)) != NULL) {
      oli_mutex_unlock(&gate->lock);
      gate->send(job);
      oli_mutex_lock(&gate->lock);
    }
    gate->sending = false;
  }
  oli_mutex_unlock(&gate->lock);
}
