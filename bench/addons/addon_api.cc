// The jobs with node-addon-api's AsyncWorker, as its manual shows it. A worker deletes itself once
// OnOK or OnError has run. Exports { promise, callback } for each job.
#include <napi.h>

#include <string>

#include "work.h"

// A job says whether its arguments fit, reads them, runs off the loop and gives a result. kTakes is
// how many arguments stand before the callback.
struct AddJob {
  enum { kTakes = 2 };
  static constexpr const char* kName = "add";
  static bool Fits(const Napi::CallbackInfo& info) {
    return info[0].IsNumber() && info[1].IsNumber();
  }
  explicit AddJob(const Napi::CallbackInfo& info)
      : a(info[0].As<Napi::Number>().DoubleValue()), b(info[1].As<Napi::Number>().DoubleValue()) {}
  void Run() { sum = a + b; }
  Napi::Value Result(Napi::Env env) const { return Napi::Number::New(env, sum); }

  double a, b, sum = 0;
};

struct UpperJob {
  enum { kTakes = 1 };
  static constexpr const char* kName = "upper";
  static bool Fits(const Napi::CallbackInfo& info) { return info[0].IsString(); }
  explicit UpperJob(const Napi::CallbackInfo& info)
      : text(info[0].As<Napi::String>().Utf8Value()) {}
  void Run() { work_upper(text.data(), text.size(), &text[0]); }
  Napi::Value Result(Napi::Env env) const { return Napi::String::New(env, text); }

  std::string text;
};

// Reads the Buffer where it is; the reference keeps it meanwhile.
struct SumJob {
  enum { kTakes = 1 };
  static constexpr const char* kName = "sum";
  static bool Fits(const Napi::CallbackInfo& info) { return info[0].IsBuffer(); }
  explicit SumJob(const Napi::CallbackInfo& info) {
    auto buffer = info[0].As<Napi::Buffer<uint8_t>>();
    bytes = buffer.Data();
    len = buffer.Length();
    kept = Napi::Persistent(buffer.As<Napi::Object>());
  }
  void Run() { sum = work_sum(bytes, len); }
  Napi::Value Result(Napi::Env env) const { return Napi::Number::New(env, sum); }

  Napi::ObjectReference kept;
  const uint8_t* bytes;
  size_t len;
  double sum = 0;
};

struct TimeJob {
  enum { kTakes = 1 };
  static bool Fits(const Napi::CallbackInfo& info) { return info[0].IsNumber(); }
  explicit TimeJob(const Napi::CallbackInfo& info)
      : ms(info[0].As<Napi::Number>().Uint32Value()) {}
  Napi::Value Result(Napi::Env env) const { return env.Undefined(); }

  uint32_t ms;
};

struct NapJob : TimeJob {
  using TimeJob::TimeJob;
  static constexpr const char* kName = "nap";
  void Run() { work_nap(ms); }
};

struct SpinJob : TimeJob {
  using TimeJob::TimeJob;
  static constexpr const char* kName = "spin";
  void Run() { work_spin(ms); }
};

template <class Job>
class PromiseWorker : public Napi::AsyncWorker {
public:
  explicit PromiseWorker(const Napi::CallbackInfo& info)
      : AsyncWorker(info.Env(), Job::kName),
        job_(info),
        deferred_(Napi::Promise::Deferred::New(info.Env())) {}

  Napi::Promise Promise() const { return deferred_.Promise(); }
  void Execute() override { job_.Run(); }
  void OnOK() override { deferred_.Resolve(job_.Result(Env())); }
  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

private:
  Job job_;
  Napi::Promise::Deferred deferred_;
};

template <class Job>
class CallbackWorker : public Napi::AsyncWorker {
public:
  explicit CallbackWorker(const Napi::CallbackInfo& info)
      : AsyncWorker(info[Job::kTakes].template As<Napi::Function>(), Job::kName), job_(info) {}

  void Execute() override { job_.Run(); }
  void OnOK() override { Callback().Call({Env().Null(), job_.Result(Env())}); }

private:
  Job job_;
};

static bool Refuse(Napi::Env env, const char* message) {
  Napi::TypeError::New(env, message).ThrowAsJavaScriptException();
  return false;
}

template <class Job>
static bool Fits(const Napi::CallbackInfo& info) {
  return Job::Fits(info) || Refuse(info.Env(), "an argument is of a wrong type");
}

template <class Job>
static Napi::Value CallPromise(const Napi::CallbackInfo& info) {
  if (!Fits<Job>(info)) return info.Env().Undefined();
  auto* worker = new PromiseWorker<Job>(info);
  Napi::Promise promise = worker->Promise();
  worker->Queue();
  return promise;
}

template <class Job>
static void CallCallback(const Napi::CallbackInfo& info) {
  if (!Fits<Job>(info)) return;
  if (!info[Job::kTakes].IsFunction()) {
    Refuse(info.Env(), "the last argument is a function");
    return;
  }
  (new CallbackWorker<Job>(info))->Queue();
}

template <class Job>
static void Export(Napi::Env env, Napi::Object exports) {
  Napi::Object forms = Napi::Object::New(env);
  forms.Set("promise", Napi::Function::New(env, CallPromise<Job>, "promise"));
  forms.Set("callback", Napi::Function::New(env, CallCallback<Job>, "callback"));
  exports.Set(Job::kName, forms);
}

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  Export<AddJob>(env, exports);
  Export<UpperJob>(env, exports);
  Export<SumJob>(env, exports);
  Export<NapJob>(env, exports);
  Export<SpinJob>(env, exports);
  return exports;
}

NODE_API_MODULE(NODE_GYP_MODULE_NAME, Init)
