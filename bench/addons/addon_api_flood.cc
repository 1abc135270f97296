// Numbers 0, 1, 2 ... with node-addon-api: its ThreadSafeFunction with a bound, from a thread, and its
// AsyncProgressQueueWorker, which has none.
#include <napi.h>
#include <cstdint>
#include <thread>

static void CallItem(Napi::Env env, Napi::Function callback, double* item) {
  if (env != nullptr) callback.Call({Napi::Number::New(env, *item)});
  delete item;
}

static void Produce(Napi::ThreadSafeFunction items, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    auto* item = new double(static_cast<double>(i));
    if (items.BlockingCall(item, CallItem) == napi_ok) continue;
    delete item;
    break;
  }
  items.Release();
}

// threadSafe(count, bound, onItem)
static void ThreadSafe(const Napi::CallbackInfo& info) {
  auto items = Napi::ThreadSafeFunction::New(info.Env(), info[2].As<Napi::Function>(), "flood",
                                             info[1].As<Napi::Number>().Uint32Value(), 1);
  std::thread(Produce, items, info[0].As<Napi::Number>().Int64Value()).detach();
}

class FloodWorker : public Napi::AsyncProgressQueueWorker<double> {
public:
  FloodWorker(const Napi::Function& callback, int64_t count)
      : AsyncProgressQueueWorker(callback, "flood"), count_(count) {}

  void Execute(const ExecutionProgress& progress) override {
    for (int64_t i = 0; i < count_; i++) {
      double item = static_cast<double>(i);
      progress.Send(&item, 1);
    }
  }

  void OnProgress(const double* item, size_t) override {
    Callback().Call({Napi::Number::New(Env(), *item)});
  }

  void OnOK() override {}

private:
  int64_t count_;
};

// queueWorker(count, bound, onItem); the bound is ignored
static void QueueWorker(const Napi::CallbackInfo& info) {
  (new FloodWorker(info[2].As<Napi::Function>(), info[0].As<Napi::Number>().Int64Value()))->Queue();
}

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("threadSafe", Napi::Function::New(env, ThreadSafe, "threadSafe"));
  exports.Set("queueWorker", Napi::Function::New(env, QueueWorker, "queueWorker"));
  return exports;
}

NODE_API_MODULE(NODE_GYP_MODULE_NAME, Init)
