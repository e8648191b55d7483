// Packs the Rust library `smartotp` into an app. All code is in there; Java there is none yet.

plugins {
    id("com.android.application")
}

// One version for everything: the workspace's.
val workspace = rootDir.parentFile
val cargoVersion = Regex("""(?m)^version = "(\d+)\.(\d+)\.(\d+)"""").find(workspace.resolve("Cargo.toml").readText())!!
val (major, minor, patch) = cargoVersion.destructured

// The four that Android runs on; Skia is there for all of them.
val abis = listOf("arm64-v8a", "armeabi-v7a", "x86_64", "x86")
val oldestAndroid = 26

android {
    namespace = "app.smartotp"
    compileSdk = 36
    ndkVersion = "27.2.12479018"

    defaultConfig {
        applicationId = "app.smartotp"
        minSdk = oldestAndroid
        targetSdk = 36
        versionCode = major.toInt() * 10_000 + minor.toInt() * 100 + patch.toInt()
        versionName = "$major.$minor.$patch"
    }

    buildTypes {
        release {
            isMinifyEnabled = false
            // The record of the version control system names the checkout, and a rebuild elsewhere could not match it.
            vcsInfo.include = false
        }
    }

    // One APK for each kind of processor: Skia is most of its size. A bundle holds them all and is split by the store.
    splits.abi {
        isEnable = true
        reset()
        include(*abis.toTypedArray())
    }
}

// `cargo rustc` asks for the C library that Android loads, so that a desktop build never links it.
val cargoNdk = tasks.register<Exec>("cargoNdk") {
    description = "Builds the Rust library for every processor."
    workingDir = workspace
    environment("ANDROID_NDK_HOME", androidComponents.sdkComponents.ndkDirectory.get().asFile.path)
    commandLine(
        listOf("cargo", "ndk", "--platform", "$oldestAndroid", "--output-dir", file("src/main/jniLibs").path)
            + abis.flatMap { listOf("--target", it) }
            + listOf("rustc", "--package", "smartotp", "--lib", "--release", "--locked", "--crate-type", "cdylib"),
    )
}

tasks.named("preBuild") {
    dependsOn(cargoNdk)
}
